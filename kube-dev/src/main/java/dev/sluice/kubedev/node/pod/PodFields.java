package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The downward API: what a pod may learn about itself. */
final class PodFields {

    private PodFields() {}

    static Optional<String> field(Pod pod, String path, String podAddress, String hostAddress) {
        ObjectMeta meta = pod.getMetadata();
        int bracket = path.indexOf("['");
        if (bracket > 0 && path.endsWith("']")) {
            String key = path.substring(bracket + 2, path.length() - 2);
            Map<String, String> map = path.startsWith("metadata.labels") ? meta.getLabels() : meta.getAnnotations();
            return Optional.of(Optional.ofNullable(map).map(m -> m.get(key)).orElse(""));
        }
        return Optional.ofNullable(
                switch (path) {
                    case "metadata.name" -> meta.getName();
                    case "metadata.namespace" -> meta.getNamespace();
                    case "metadata.uid" -> meta.getUid();
                    case "metadata.labels" -> lines(meta.getLabels());
                    case "metadata.annotations" -> lines(meta.getAnnotations());
                    case "spec.nodeName" -> pod.getSpec().getNodeName();
                    case "spec.serviceAccountName" -> pod.getSpec().getServiceAccountName();
                    case "status.podIP", "status.podIPs" -> podAddress;
                    case "status.hostIP", "status.hostIPs" -> hostAddress;
                    default -> null;
                });
    }

    private static String lines(Map<String, String> map) {
        return new TreeMap<>(Optional.ofNullable(map).orElse(Map.of()))
                .entrySet().stream()
                        .map(e -> e.getKey() + "=\""
                                + e.getValue().replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                        .collect(Collectors.joining("\n"));
    }

    /** A container's request or limit, in units of the divisor, rounded up; the node's capacity where there is no limit. */
    static String resource(Container container, ResourceFieldSelector selector, Map<String, Quantity> allocatable) {
        String[] parts = selector.getResource().split("\\.", 2);
        String name = parts.length > 1 ? parts[1] : parts[0];
        Optional<Quantity> asked = Optional.ofNullable(container.getResources())
                .map(r -> parts[0].equals("requests") ? r.getRequests() : r.getLimits())
                .map(m -> m.get(name));
        Optional<Quantity> amount = asked.or(
                () -> parts[0].equals("limits") ? Optional.ofNullable(allocatable.get(name)) : Optional.empty());
        BigDecimal value = amount.map(Quantity::getNumericalAmount).orElse(BigDecimal.ZERO);
        Quantity divisor = selector.getDivisor();
        BigDecimal by = divisor == null ? BigDecimal.ONE : divisor.getNumericalAmount();
        if (by.signum() == 0) {
            by = BigDecimal.ONE;
        }
        return value.divide(by, 0, RoundingMode.CEILING).toPlainString();
    }
}
