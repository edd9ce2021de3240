package dev.sluice.serving.route;

import dev.sluice.model.dataplane.HostRule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The hosts of all owners. One that several of them claim is that of whoever claimed it first, until it is given up; then it is that
 * of the next. Not safe for threads.
 */
final class HostClaims {
    /** By owner, in the order in which they first claimed anything. */
    private final Map<String, Map<String, HostRule>> claims = new LinkedHashMap<>();

    private final Map<String, String> holders = new HashMap<>();

    /** Replaces all that the owner claims; whether that changes anything. */
    boolean put(String owner, Map<String, HostRule> rules) {
        var before = claims.put(owner, Map.copyOf(rules));
        if (rules.equals(before)) {
            return false;
        }
        if (before != null) {
            release(owner, before.keySet(), rules.keySet());
        }
        rules.keySet().forEach(host -> holders.putIfAbsent(host, owner));
        return true;
    }

    boolean remove(String owner) {
        var before = claims.remove(owner);
        if (before != null) {
            release(owner, before.keySet(), Set.of());
        }
        return before != null;
    }

    /** What holds for each host. */
    Map<String, HostRule> rules() {
        var rules = new HashMap<String, HostRule>();
        claims.forEach((owner, claimed) -> claimed.forEach((host, rule) -> {
            if (owner.equals(holders.get(host))) {
                rules.put(host, rule);
            }
        }));
        return rules;
    }

    /** The hosts that the owner claims and does not have. */
    Set<String> lacking(String owner) {
        var lacking = new TreeSet<>(claims.getOrDefault(owner, Map.of()).keySet());
        lacking.removeIf(host -> owner.equals(holders.get(host)));
        return lacking;
    }

    private void release(String owner, Set<String> had, Set<String> keeps) {
        for (var host : had) {
            if (!keeps.contains(host) && holders.remove(host, owner)) {
                claims.entrySet().stream()
                        .filter(claim -> claim.getValue().containsKey(host))
                        .findFirst()
                        .ifPresent(next -> holders.put(host, next.getKey()));
            }
        }
    }
}
