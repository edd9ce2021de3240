package dev.sluice.kubedev.node;

import com.sun.management.OperatingSystemMXBean;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What this machine has to give to pods. */
record Capacity(Map<String, Quantity> allocatable) {

    private static final int MOST_PODS = 110;

    Capacity {
        allocatable = Map.copyOf(allocatable);
    }

    static Capacity ofThisMachine() {
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
        return new Capacity(Map.of(
                "cpu", new Quantity(Integer.toString(Runtime.getRuntime().availableProcessors())),
                "memory", new Quantity(memory / 1024 + "Ki"),
                "ephemeral-storage", new Quantity("100Gi"),
                "hugepages-2Mi", new Quantity("0"),
                "pods", new Quantity(Integer.toString(MOST_PODS))));
    }

    /** What of it is short when this pod comes to those that are here, in a scheduler's words. */
    Optional<String> shortFor(Pod pod, List<Pod> here) {
        if (here.size() >= MOST_PODS) {
            return Optional.of("Too many pods");
        }
        for (String resource : List.of("cpu", "memory")) {
            BigDecimal free =
                    allocatable.getOrDefault(resource, new Quantity("0")).getNumericalAmount();
            for (Pod other : here) {
                free = free.subtract(request(other, resource));
            }
            BigDecimal wanted = request(pod, resource);
            if (wanted.signum() > 0 && wanted.compareTo(free) > 0) {
                return Optional.of("Insufficient " + resource);
            }
        }
        return Optional.empty();
    }

    private static BigDecimal request(Pod pod, String resource) {
        BigDecimal sum = BigDecimal.ZERO;
        for (Container container : pod.getSpec().getContainers()) {
            sum = sum.add(request(container, resource));
        }
        BigDecimal most = BigDecimal.ZERO;
        for (Container container :
                Optional.ofNullable(pod.getSpec().getInitContainers()).orElse(List.of())) {
            if ("Always".equals(container.getRestartPolicy())) {
                sum = sum.add(request(container, resource));
            } else {
                most = most.max(request(container, resource));
            }
        }
        return sum.max(most);
    }

    private static BigDecimal request(Container container, String resource) {
        return Optional.ofNullable(container.getResources())
                .map(r -> r.getRequests())
                .map(r -> r.get(resource))
                .map(Quantity::getNumericalAmount)
                .orElse(BigDecimal.ZERO);
    }
}
