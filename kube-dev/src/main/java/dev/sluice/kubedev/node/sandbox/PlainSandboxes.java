package dev.sluice.kubedev.node.sandbox;

import dev.sluice.processes.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Pods as plain processes of this machine: its network, its files, its C library; the image gives program and data. */
public final class PlainSandboxes implements Sandboxes {

    private final Spawner spawner = Spawner.start("sluice-node-spawn", System::getenv);
    private final Path node;

    /** The folder is the node's own: by it, what an earlier life of the node left running is found, and ended. */
    public PlainSandboxes(Path node) {
        this.node = node;
        Strays.killAllOf(node);
    }

    @Override
    public PodSandbox open(String podId, String hostname, boolean hostNetwork) {
        return new PodSandbox() {
            @Override
            public String address() {
                return "127.0.0.1";
            }

            @Override
            public ContainerProcess start(Launch launch) throws IOException {
                return PlainContainer.start(launch, hostname, node, spawner);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Optional<String> bridgeAddress() {
        return Optional.empty();
    }

    @Override
    public boolean plain() {
        return true;
    }

    @Override
    public List<String> notIsolated() {
        return List.of(
                "pods share the network of this machine: the port a pod asks for is replaced by a free one",
                "pods share the files of this machine: paths of the image and of volumes are rewritten in commands and environment, and what a container writes beside its volumes is seen by other containers of the same image",
                "users, read-only roots and limits are not enforced",
                "programs that bring a C library of their own do not start: a JVM and the machine's own programs do");
    }

    @Override
    public void close() {
        spawner.close();
        Strays.killAllOf(node);
    }
}
