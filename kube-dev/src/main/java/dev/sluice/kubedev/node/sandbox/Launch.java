package dev.sluice.kubedev.node.sandbox;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything needed to start one container.
 *
 * @param id unique on this node
 * @param rootfs the image's files, shared and never written to
 * @param directory a folder of this container instance, for what it writes and for the node's notes
 */
public record Launch(
        String id,
        Path rootfs,
        Path directory,
        List<String> command,
        Map<String, String> environment,
        String workingDirectory,
        Identity identity,
        boolean readOnlyRoot,
        boolean privileged,
        List<Bind> binds,
        Limits limits,
        Output output) {

    public Launch {
        command = List.copyOf(command);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        binds = List.copyOf(binds);
    }

    /** Whose rights a process has. */
    public record Identity(int user, int group, List<Integer> groups) {
        public Identity {
            groups = List.copyOf(groups);
        }
    }

    /** Takes what a container prints; called from one thread, ended once. */
    public interface Output {
        void write(byte[] bytes, int length);

        void end();
    }
}
