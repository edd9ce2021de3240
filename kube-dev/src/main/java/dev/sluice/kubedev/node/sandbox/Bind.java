package dev.sluice.kubedev.node.sandbox;

import java.nio.file.Path;

/** A file or folder of the host that a container sees at a path of its own. */
public record Bind(Path host, String path, boolean readOnly) {
    /** A path is the container's: no dots lead out of it. */
    public Bind {
        path = Path.of("/").resolve(path).normalize().toString();
    }
}
