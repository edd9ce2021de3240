package dev.sluice.api.conditions;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one object while it is reconciled (spec: knative/pkg apis/condition_set.go). The happy condition follows
 * its dependents; a condition whose content did not change keeps its transition time. Not for more than one thread.
 */
public final class ConditionSet {
    private final String happy;
    private final Set<String> dependents;
    private final Instant now;
    private final Map<String, Condition> before = new TreeMap<>();
    private final Map<String, Condition> conditions = new TreeMap<>();
    /** In the order they were last marked, newest last: the happy condition copies the newest unhappy one. */
    private final List<String> marked = new ArrayList<>();

    public ConditionSet(String happy, Collection<String> dependents, @Nullable List<Condition> existing, Instant now) {
        this.happy = happy;
        this.dependents = new HashSet<>(dependents);
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
        var known = existing == null ? List.<Condition>of() : existing;
        known.stream()
                .sorted(Comparator.comparing(c -> Objects.requireNonNullElse(c.lastTransitionTime(), "")))
                .forEach(c -> {
                    before.put(c.type(), c);
                    conditions.put(c.type(), c);
                    marked.add(c.type());
                });
        boolean happyAlready = status(happy).equals("True");
        for (var dependent : dependents) {
            if (!conditions.containsKey(dependent)) {
                put(dependent, happyAlready ? "True" : "Unknown", null, null);
            }
        }
        if (!conditions.containsKey(happy)) {
            put(happy, "Unknown", null, null);
        }
    }

    public String status(String type) {
        var condition = conditions.get(type);
        return condition == null ? "" : condition.status();
    }

    public Optional<Condition> get(String type) {
        return Optional.ofNullable(conditions.get(type));
    }

    public void markTrue(String type) {
        markTrue(type, null, null);
    }

    /** True with a reason, which Knative uses for information such as {@code TLSNotEnabled}. */
    public void markTrue(String type, @Nullable String reason, @Nullable String message) {
        put(type, "True", reason, message);
        recompute(type);
    }

    public void markUnknown(String type, @Nullable String reason, @Nullable String message) {
        put(type, "Unknown", reason, message);
        recompute(type);
    }

    public void markFalse(String type, @Nullable String reason, @Nullable String message) {
        put(type, "False", reason, message);
        recompute(type);
    }

    public void remove(String type) {
        conditions.remove(type);
        marked.remove(type);
        recompute(type);
    }

    /** Sorted by type. */
    public List<Condition> list() {
        return List.copyOf(conditions.values());
    }

    /** A False dependent always shows; what was said of the happy condition itself stands otherwise. */
    private void recompute(String changed) {
        if (dependents.isEmpty()) {
            return;
        }
        boolean happyItself = changed.equals(happy);
        boolean informational = !happyItself && !dependents.contains(changed);
        var failed = newest("False");
        if (failed.isPresent()) {
            put(happy, "False", failed.get().reason(), failed.get().message());
        } else if (informational || (happyItself && !status(happy).equals("True"))) {
            return;
        } else if (newest("Unknown").isPresent()) {
            var unknown = newest("Unknown").get();
            put(happy, "Unknown", unknown.reason(), unknown.message());
        } else if (!conditions.keySet().containsAll(dependents)) {
            put(happy, "Unknown", null, null);
        } else if (!happyItself) {
            put(happy, "True", null, null);
        }
    }

    private Optional<Condition> newest(String status) {
        for (int i = marked.size() - 1; i >= 0; i--) {
            var condition = conditions.get(marked.get(i));
            if (condition != null
                    && dependents.contains(condition.type())
                    && condition.status().equals(status)) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    private void put(String type, String status, @Nullable String reason, @Nullable String message) {
        var severity = type.equals(happy) || dependents.contains(type) ? null : "Info";
        var old = before.get(type);
        boolean same = old != null
                && old.status().equals(status)
                && Objects.equals(emptyToNull(old.reason()), emptyToNull(reason))
                && Objects.equals(emptyToNull(old.message()), emptyToNull(message));
        var time = same ? Objects.requireNonNull(old).lastTransitionTime() : now.toString();
        conditions.put(type, new Condition(type, status, severity, time, emptyToNull(reason), emptyToNull(message)));
        if (!type.equals(happy)) {
            marked.remove(type);
            marked.add(type);
        }
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
