package dev.sluice.kubedev.node.sandbox;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether this machine lets us isolate pods. Programs that are installed may still be refused what they ask the kernel for: in a
 * container without privileges, by a security module, or where user namespaces are switched off.
 */
final class Permissions {
    private static final int NOBODY = 65534;

    /** What a container does on its way, for nothing. */
    private record Trial(String what, List<String> command) {}

    /** Why not; empty when pods can be isolated. */
    static Optional<String> refusal() {
        return trials().stream().flatMap(trial -> refusal(trial).stream()).findFirst();
    }

    private static Optional<String> refusal(Trial trial) {
        var tried = Commands.run(trial.command(), "");
        return tried.ok()
                ? Optional.empty()
                : Optional.of(trial.what() + " is not permitted here (" + lastLine(tried.output()) + ")");
    }

    private static String lastLine(String output) {
        return output.lines().reduce((_, last) -> last).orElse("it says nothing");
    }

    private static List<Trial> trials() {
        var nobody = Integer.toString(NOBODY);
        var root = List.of("bwrap", "--bind", "/", "/", "--proc", "/proc", "--dev", "/dev");
        var apart = List.of("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1", "--die-with-parent");
        return List.of(
                new Trial("making namespaces", List.of("unshare", "-n", "-m", "sh", "-c", "mount --bind / /")),
                new Trial(
                        "changing the network",
                        List.of("unshare", "-n", "ip", "link", "add", "slbtrial", "type", "bridge")),
                new Trial("bubblewrap", joined(Stream.of(root, apart, List.of("--", "true")))),
                new Trial(
                        "bubblewrap for users that are not root",
                        joined(Stream.of(
                                List.of("setpriv", "--reuid=" + nobody, "--regid=" + nobody, "--clear-groups"),
                                root,
                                List.of("--unshare-user", "--uid", nobody, "--gid", nobody),
                                apart,
                                List.of("--", "true")))));
    }

    private static List<String> joined(Stream<List<String>> parts) {
        return parts.flatMap(List::stream).toList();
    }

    private Permissions() {}
}
