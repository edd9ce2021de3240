package dev.sluice.kubedev.node;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a pod may be placed here, as far as one node without a scheduler can tell. */
final class Placement {

    private Placement() {}

    /** Why not, in a scheduler's words; empty when it may. */
    static Optional<String> refusal(
            Pod pod, String nodeName, Map<String, String> labels, Capacity capacity, List<Pod> here) {
        Map<String, String> selector =
                Optional.ofNullable(pod.getSpec().getNodeSelector()).orElse(Map.of());
        boolean selected = labels.entrySet().containsAll(selector.entrySet());
        boolean wanted = Optional.ofNullable(pod.getSpec().getAffinity())
                .map(a -> a.getNodeAffinity())
                .map(n -> n.getRequiredDuringSchedulingIgnoredDuringExecution())
                .map(s -> s.getNodeSelectorTerms().stream().anyMatch(t -> matches(t, nodeName, labels)))
                .orElse(true);
        Optional<String> reason = selected && wanted
                ? capacity.shortFor(pod, here)
                : Optional.of("node(s) didn't match Pod's node affinity/selector");
        return reason.map(r -> "0/1 nodes are available: 1 " + r
                + ". preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
    }

    private static boolean matches(NodeSelectorTerm term, String nodeName, Map<String, String> labels) {
        return Optional.ofNullable(term.getMatchExpressions()).orElse(List.of()).stream()
                        .allMatch(r -> holds(r, Optional.ofNullable(labels.get(r.getKey()))))
                && Optional.ofNullable(term.getMatchFields()).orElse(List.of()).stream()
                        .allMatch(r -> holds(r, Optional.of(nodeName)));
    }

    private static boolean holds(NodeSelectorRequirement requirement, Optional<String> value) {
        List<String> values = Optional.ofNullable(requirement.getValues()).orElse(List.of());
        return switch (requirement.getOperator()) {
            case "In" -> value.filter(values::contains).isPresent();
            case "NotIn" -> value.filter(values::contains).isEmpty();
            case "Exists" -> value.isPresent();
            case "DoesNotExist" -> value.isEmpty();
            case "Gt" -> value.filter(v -> compare(v, values) > 0).isPresent();
            case "Lt" -> value.filter(v -> compare(v, values) < 0).isPresent();
            default -> false;
        };
    }

    private static int compare(String value, List<String> bounds) {
        return Long.compare(Long.parseLong(value), Long.parseLong(bounds.getFirst()));
    }
}
