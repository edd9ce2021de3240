package dev.sluice.kubedev.node.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Limits on memory, processor and process counts, by the kernel's control groups of either version. */
final class ControlGroups {

    private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);
    private static final Path TOP = Path.of("/sys/fs/cgroup");

    private final String node;
    private final boolean unified;
    private final Map<String, Path> controllers = new LinkedHashMap<>();

    /** A container's groups: the folder per controller; the key is empty for the unified hierarchy. */
    record Group(Map<String, Path> folders) {
        List<Path> processFiles() {
            return folders.values().stream().map(f -> f.resolve("cgroup.procs")).toList();
        }

        /** Kills what is in it. */
        void kill() {
            processFiles().stream().findFirst().ifPresent(file -> {
                try {
                    Files.readAllLines(file)
                            .forEach(pid ->
                                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
                } catch (IOException _) {
                    // it went with its last process
                }
            });
        }
    }

    ControlGroups(String node) {
        this.node = "sluice-" + node;
        this.unified = Files.exists(TOP.resolve("cgroup.controllers"));
        try {
            if (unified) {
                Path top = Files.createDirectories(TOP.resolve(this.node));
                Files.writeString(TOP.resolve("cgroup.subtree_control"), "+memory +cpu +pids");
                Files.writeString(top.resolve("cgroup.subtree_control"), "+memory +cpu +pids");
                controllers.put("", top);
            } else {
                for (String controller : List.of("memory", "cpu", "pids")) {
                    if (Files.isDirectory(TOP.resolve(controller))) {
                        controllers.put(
                                controller,
                                Files.createDirectories(TOP.resolve(controller).resolve(this.node)));
                    }
                }
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("no control groups: limits are not enforced");
            controllers.clear();
        }
        weigh();
        sweep();
    }

    /** All pods together weigh as a kubelet's do: 1024 for each processor. */
    private void weigh() {
        int processors = Runtime.getRuntime().availableProcessors();
        Optional.ofNullable(controllers.get(unified ? "" : "cpu"))
                .ifPresent(top -> write(
                        top.resolve(unified ? "cpu.weight" : "cpu.shares"),
                        Integer.toString(unified ? Math.min(10_000, 100 * processors) : 1024 * processors)));
    }

    boolean available() {
        return !controllers.isEmpty();
    }

    private void sweep() {
        for (Path folder : controllers.values()) {
            try (var children = Files.newDirectoryStream(folder, Files::isDirectory)) {
                for (Path child : children) {
                    Files.deleteIfExists(child);
                }
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("a control group of an earlier run is still in use");
            }
        }
    }

    Group create(String id, Limits limits) {
        Map<String, Path> folders = new LinkedHashMap<>();
        controllers.forEach((controller, folder) -> {
            try {
                folders.put(controller, Files.createDirectories(folder.resolve(id)));
            } catch (IOException e) {
                LOG.atWarn()
                        .addKeyValue("group", folder.resolve(id))
                        .setCause(e)
                        .log("cannot make a control group");
            }
        });
        Optional.ofNullable(folders.get(unified ? "" : "memory"))
                .ifPresent(f -> limits.memoryBytes().ifPresent(bytes -> {
                    write(f.resolve(unified ? "memory.max" : "memory.limit_in_bytes"), Long.toString(bytes));
                    write(
                            f.resolve(unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes"),
                            unified ? "0" : Long.toString(bytes));
                }));
        Optional.ofNullable(folders.get(unified ? "" : "cpu")).ifPresent(f -> {
            limits.cpuMillis().ifPresent(millis -> {
                long quota = Math.max(1000, millis * 100);
                if (unified) {
                    write(f.resolve("cpu.max"), quota + " 100000");
                } else {
                    write(f.resolve("cpu.cfs_quota_us"), Long.toString(quota));
                }
            });
            long shares = Math.clamp(limits.cpuShareMillis().orElse(0) * 1024 / 1000, 2, 262144);
            write(
                    f.resolve(unified ? "cpu.weight" : "cpu.shares"),
                    Long.toString(unified ? 1 + (shares - 2) * 9999 / 262142 : shares));
        });
        return new Group(folders);
    }

    boolean ranOutOfMemory(Group group) {
        Path folder = group.folders().get(unified ? "" : "memory");
        if (folder == null) {
            return false;
        }
        try {
            return Files.readAllLines(folder.resolve(unified ? "memory.events" : "memory.oom_control")).stream()
                    .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException _) {
            return false;
        }
    }

    void remove(Group group) {
        for (Path folder : group.folders().values()) {
            try {
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                LOG.atDebug()
                        .addKeyValue("group", folder)
                        .addKeyValue("reason", e.getMessage())
                        .log("a control group stays");
            }
        }
    }

    /** What a container may see of its own groups, where a runtime such as the JVM looks for its limits. */
    List<Bind> visible(Group group) {
        List<Bind> binds = new ArrayList<>();
        group.folders()
                .forEach((controller, folder) ->
                        binds.add(new Bind(folder, unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + controller, true)));
        return binds;
    }

    private static void write(Path file, String value) {
        try {
            if (Files.exists(file)) {
                Files.writeString(file, value);
            }
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("file", file)
                    .addKeyValue("value", value)
                    .setCause(e)
                    .log("a limit was not taken");
        }
    }

    void close() {
        sweep();
        for (Path folder : controllers.values()) {
            try {
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("the node's control group stays");
            }
        }
    }
}
