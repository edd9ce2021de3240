package dev.sluice.e2e.conformance;

import java.util.Map;
import java.util.Optional;

/** What does not hold, by row and with its reason. {@link RowsTest} asserts how long these lists are; nothing else is left out. */
final class Gaps {
    /** What one machine without a kubelet cannot give. */
    static final Map<String, String> ON_KUBE_DEV = Map.of();

    /** What is not built yet, anywhere. */
    static final Map<String, String> NOT_YET = Map.of();

    static Optional<String> of(String row, boolean onCluster) {
        return Optional.ofNullable(NOT_YET.getOrDefault(row, onCluster ? null : ON_KUBE_DEV.get(row)));
    }

    private Gaps() {}
}
