package dev.sluice.kubedev.node.sandbox;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A running container, seen from the host. */
public interface ContainerProcess {

    /**
     * How it ended.
     *
     * @param code the exit code, 128 + n when a signal ended it
     * @param outOfMemory whether the kernel ended it for its memory limit
     */
    record Exit(int code, boolean outOfMemory) {}

    /** Completes when the process is gone and all it printed was taken. */
    CompletableFuture<Exit> exit();

    /** Sends a signal, by name without SIG, to the first process of the container. */
    void signal(String name);

    /** Ends every process of the container at once. */
    void kill();

    /** Starts another program inside the container, with its environment and rights. */
    Process execute(List<String> command) throws IOException;
}
