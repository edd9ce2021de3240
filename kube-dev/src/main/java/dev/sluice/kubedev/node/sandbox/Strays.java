package dev.sluice.kubedev.node.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Finds the processes of plain containers, which have no namespace that ends with them, by two variables that a process hands to all
 * it starts. Linux only; elsewhere it finds none.
 */
final class Strays {
    private static final Path PROCESSES = Path.of("/proc");
    private static final String NODE = "SLUICE_NODE";
    private static final String CONTAINER = "SLUICE_CONTAINER";

    /** What every process of the container has in its environment. */
    static Map<String, String> marks(Path node, String container) {
        return Map.of(NODE, node.toString(), CONTAINER, container);
    }

    /** Ends what an earlier life of this node, which was killed, left running. */
    static void killAllOf(Path node) {
        kill(NODE + "=" + node);
    }

    /** Ends what a container started and then let go of. */
    static void killContainer(String container) {
        kill(CONTAINER + "=" + container);
    }

    private static void kill(String mark) {
        if (!Files.isDirectory(PROCESSES.resolve("self"))) {
            return;
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> hasMark(process.pid(), mark))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean hasMark(long pid, String mark) {
        try {
            var environment =
                    new String(Files.readAllBytes(PROCESSES.resolve(pid + "/environ")), StandardCharsets.ISO_8859_1);
            return Arrays.asList(environment.split("\0", -1)).contains(mark);
        } catch (IOException _) {
            return false; // it is gone, or somebody else's
        }
    }

    private Strays() {}
}
