package dev.sluice.kubedev.node.sandbox;

import dev.sluice.processes.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pods with a network namespace of their own on the node's bridge, each container in bubblewrap over an overlay of its
 * image. All mounts live in a mount namespace that goes with the container's process, so nothing is left to unmount.
 */
public final class BubblewrapSandboxes implements Sandboxes {

    /** Where every container's root is mounted, each in a mount namespace of its own. Everybody may pass through it. */
    static final Path STAGE = Path.of("/run/sluice/stage");

    private final NodeNetwork network;
    private final ControlGroups groups;
    private final Spawner spawner = Spawner.start("sluice-node-spawn", System::getenv);
    private final boolean overlay;

    public BubblewrapSandboxes(NodeNetwork network, Path scratch) throws IOException {
        this.network = network;
        this.groups = new ControlGroups(network.bridge());
        Files.createDirectories(STAGE.resolve("root"));
        Files.createDirectories(STAGE.resolve("aside"));
        for (int i = 0; i < 10; i++) {
            Path file = STAGE.resolve("aside").resolve("f" + i);
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            Files.createDirectories(STAGE.resolve("aside").resolve("d" + i));
        }
        this.overlay = overlayWorks(scratch);
    }

    private static boolean overlayWorks(Path scratch) throws IOException {
        Path trial = Files.createTempDirectory(Files.createDirectories(scratch), "overlay");
        for (String dir : List.of("lower", "upper", "work")) {
            Files.createDirectory(trial.resolve(dir));
        }
        boolean works = Commands.run(
                        "unshare",
                        "-m",
                        "mount",
                        "-t",
                        "overlay",
                        "overlay",
                        "-o",
                        overlayOptions(trial.resolve("lower"), trial),
                        STAGE.resolve("root").toString())
                .ok();
        dev.sluice.kubedev.node.image.Trees.delete(trial);
        return works;
    }

    static String overlayOptions(Path lower, Path directory) {
        return "lowerdir=" + lower + ",upperdir=" + directory.resolve("upper") + ",workdir="
                + directory.resolve("work");
    }

    @Override
    public PodSandbox open(String podId, String hostname, boolean hostNetwork)
            throws IOException, InterruptedException {
        Optional<NodeNetwork.Namespace> namespace = hostNetwork ? Optional.empty() : Optional.of(network.take());
        String address = namespace.map(NodeNetwork.Namespace::address).orElse(network.bridgeAddress());
        return new PodSandbox() {
            @Override
            public String address() {
                return address;
            }

            @Override
            public ContainerProcess start(Launch launch) throws IOException {
                return BubblewrapContainer.start(launch, hostname, namespace, groups, spawner, overlay);
            }

            @Override
            public void close() {
                namespace.ifPresent(network::giveBack);
            }
        };
    }

    @Override
    public Optional<String> bridgeAddress() {
        return Optional.of(network.bridgeAddress());
    }

    @Override
    public boolean plain() {
        return false;
    }

    @Override
    public List<String> notIsolated() {
        List<String> gaps = new ArrayList<>();
        if (!groups.available()) {
            gaps.add("limits on memory and processor are not enforced: no control groups can be made here");
        }
        network.withoutNat().ifPresent(reason -> gaps.add("pods cannot reach the outside: " + reason));
        gaps.add(
                "system calls are not filtered, and root in a container is root of the machine with fewer capabilities");
        gaps.add("network policies are not enforced");
        return gaps;
    }

    @Override
    public void close() throws IOException {
        spawner.close();
        groups.close();
    }
}
