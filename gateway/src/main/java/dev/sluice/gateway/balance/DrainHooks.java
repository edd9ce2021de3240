package dev.sluice.gateway.balance;

import java.util.HashMap;
import java.util.Map;

/** How many drain hooks wait, by container: each container of a pod has one. Guarded by the gate's monitor. */
final class DrainHooks {
    private final Map<String, Integer> waiting = new HashMap<>(2);

    void enter(String container) {
        waiting.merge(container, 1, Integer::sum);
    }

    void leave(String container) {
        waiting.computeIfPresent(container, (_, count) -> count == 1 ? null : count - 1);
    }

    int waiting(String container) {
        return waiting.getOrDefault(container, 0);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }
}
