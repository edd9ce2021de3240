package dev.sluice.serving.revision;

import dev.sluice.api.serving.RevisionSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;

/** The container that requests go to: the one with a port, or the first. */
record UserContainer(Container container) {
    private static final int DEFAULT_PORT = 8080;
    private static final String H2C = "h2c";

    static UserContainer of(PodSpec pod) {
        var containers = pod.getContainers() == null ? List.<Container>of() : pod.getContainers();
        return new UserContainer(containers.stream()
                .filter(UserContainer::hasPort)
                .findFirst()
                .or(() -> containers.stream().findFirst())
                .orElseGet(Container::new));
    }

    static PodSpec pod(RevisionSpec spec) {
        return spec.podSpec() == null ? new PodSpec() : spec.podSpec();
    }

    int port() {
        var number = hasPort(container) ? container.getPorts().getFirst().getContainerPort() : null;
        return number == null || number == 0 ? DEFAULT_PORT : number;
    }

    boolean h2c() {
        return hasPort(container) && H2C.equals(container.getPorts().getFirst().getName());
    }

    boolean is(Container other) {
        return other.equals(container);
    }

    /** Its number may be left out. */
    private static boolean hasPort(Container container) {
        return container.getPorts() != null && !container.getPorts().isEmpty();
    }
}
