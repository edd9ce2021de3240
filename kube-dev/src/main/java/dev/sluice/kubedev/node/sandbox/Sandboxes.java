package dev.sluice.kubedev.node.sandbox;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Makes the surroundings in which pods run; two kinds, chosen by what the machine allows. */
public interface Sandboxes extends AutoCloseable {

    /** The surroundings of one pod: its address and its containers. */
    interface PodSandbox extends AutoCloseable {
        String address();

        ContainerProcess start(Launch launch) throws IOException;

        @Override
        void close();
    }

    PodSandbox open(String podId, String hostname, boolean hostNetwork) throws IOException, InterruptedException;

    /** The address at which pods reach the host, when they have a network of their own. */
    Optional<String> bridgeAddress();

    /** Whether pods share the host's network and files, so that ports must differ. */
    boolean plain();

    /** What pods on this machine are not kept from, one sentence each. */
    List<String> notIsolated();

    @Override
    void close() throws IOException;
}
