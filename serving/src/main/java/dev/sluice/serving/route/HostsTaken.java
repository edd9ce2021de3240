package dev.sluice.serving.route;

import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What a Route's status says of hosts that another Route had first. It is read again after a restart, when that is not known otherwise. */
final class HostsTaken {
    static final String REASON = "HostTaken";
    private static final String BEFORE = "Served for another Route already: ";

    static String message(Set<String> hosts) {
        return BEFORE + String.join(", ", new TreeSet<>(hosts)) + ".";
    }

    static Set<String> in(List<Condition> conditions) {
        var hosts = new TreeSet<String>();
        for (var condition : conditions) {
            var message = Objects.requireNonNullElse(condition.message(), "");
            if (REASON.equals(condition.reason()) && message.startsWith(BEFORE) && message.endsWith(".")) {
                hosts.addAll(List.of(
                        message.substring(BEFORE.length(), message.length() - 1).split(", ")));
            }
        }
        return hosts;
    }

    private HostsTaken() {}
}
