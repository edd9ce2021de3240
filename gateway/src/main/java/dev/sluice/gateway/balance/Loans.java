package dev.sluice.gateway.balance;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many requests each other gateway has at which pod of one revision. Guarded by the gate's monitor. */
final class Loans {
    private final Map<String, Map<String, Integer>> byBorrower = new HashMap<>(0);

    void add(String borrower, String uid, int count) {
        byBorrower.computeIfAbsent(borrower, _ -> new HashMap<>()).merge(uid, count, Integer::sum);
    }

    void takeBack(String borrower, String uid) {
        var counts = byBorrower.get(borrower);
        if (counts != null) {
            counts.computeIfPresent(uid, (_, count) -> count > 1 ? count - 1 : null);
        }
    }

    void forget(@Nullable String borrower) {
        if (borrower == null) {
            byBorrower.clear();
        } else {
            byBorrower.remove(borrower);
        }
    }

    int at(String uid) {
        int sum = 0;
        for (var counts : byBorrower.values()) {
            sum += counts.getOrDefault(uid, 0);
        }
        return sum;
    }
}
