package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.Concurrency;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Which builds of a namespace may run beside each other. The order is that of their creation; what has a pod keeps its place. Pure:
 * every worker that looks at the same Builds decides the same.
 */
final class Turns {
    /** Times of creation have whole seconds: until the next one begins, a Build may come that goes before. */
    private static final Duration TICK = Duration.ofMillis(1_100);

    private static final Duration LONGEST_LEAVE = Duration.ofMinutes(2);

    /** Where a build is. */
    sealed interface Place {
        record Now() implements Place {}

        /** @param before the builds that it waits for, oldest first */
        record Wait(List<Build> before) implements Place {}

        record Forbidden(Build by) implements Place {}

        /** @param older to be cancelled */
        record Replaces(List<Build> older) implements Place {}
    }

    /**
     * @param all the Builds of the namespace
     * @param leaving the uids of those that have ended while something in their pods still runs: they keep their places
     * @param most how many may run at a time in the namespace; 0 for any number
     */
    static Place of(Build build, Collection<Build> all, Set<String> leaving, int most, Instant now) {
        var open = all.stream()
                .filter(b -> !b.getStatus().done()
                        || leaving.contains(b.getMetadata().getUid()))
                .sorted(Comparator.comparing((Build b) -> !started(b))
                        .thenComparing(b -> b.getMetadata().getCreationTimestamp())
                        .thenComparing(b -> b.getMetadata().getUid()))
                .toList();
        if (started(build)) {
            return new Place.Now();
        }
        var policy = policy(build);
        var before = open.subList(0, position(open, build));
        var group = before.stream()
                .filter(b -> policy != Concurrency.Policy.ALLOW && sameGroup(b, build))
                .toList();
        if (group.size() >= limit(build)) {
            var unfinished = group.stream().filter(b -> !b.getStatus().done()).toList();
            if (policy == Concurrency.Policy.FORBID && unfinished.size() >= limit(build)) {
                return new Place.Forbidden(unfinished.getFirst());
            }
            if (policy == Concurrency.Policy.REPLACE) {
                return new Place.Replaces(group);
            }
        }
        if (!admitted(open, most).contains(build.getMetadata().getUid())) {
            return new Place.Wait(group.size() >= limit(build) ? group : before);
        }
        boolean tie = open.stream()
                .anyMatch(b -> !same(b, build)
                        && b.getMetadata()
                                .getCreationTimestamp()
                                .equals(build.getMetadata().getCreationTimestamp()));
        var created = Instant.parse(build.getMetadata().getCreationTimestamp());
        return tie && now.isBefore(created.plus(TICK)) ? new Place.Wait(List.of()) : new Place.Now();
    }

    /** Whether the build may ever have to wait. */
    static boolean mayWait(Concurrency.Policy policy, int most) {
        return policy != Concurrency.Policy.ALLOW || most > 0;
    }

    /**
     * Of the Builds that have ended, those whose pods may still work. One that is deleted has half a minute to end, and what has not by
     * {@link #LONGEST_LEAVE} is on a node that says nothing any more.
     *
     * @param pods of any builds of the namespace; asked for only where it matters
     */
    static Set<String> leaving(Collection<Build> all, Supplier<List<Pod>> pods, Instant now) {
        var ended = all.stream()
                .filter(b -> b.getStatus().done()
                        && b.getStatus().completionTime() != null
                        && now.isBefore(
                                Instant.parse(b.getStatus().completionTime()).plus(LONGEST_LEAVE)))
                .map(b -> b.getMetadata().getUid())
                .collect(Collectors.toSet());
        return ended.isEmpty()
                ? Set.of()
                : pods.get().stream()
                        .filter(FurtherPods::mayRun)
                        .flatMap(pod -> pod.getMetadata().getOwnerReferences().stream())
                        .map(OwnerReference::getUid)
                        .filter(ended::contains)
                        .collect(Collectors.toSet());
    }

    private static Set<String> admitted(List<Build> open, int most) {
        var admitted = new TreeSet<String>();
        var groups = new HashMap<String, Integer>();
        for (var b : open) {
            var group = policy(b) == Concurrency.Policy.ALLOW
                    ? null
                    : Objects.requireNonNull(b.getSpec().concurrency()).effectiveGroup();
            boolean room = group == null || groups.getOrDefault(group, 0) < limit(b);
            if (started(b) || (room && (most == 0 || admitted.size() < most))) {
                admitted.add(b.getMetadata().getUid());
                if (group != null) {
                    groups.merge(group, 1, Integer::sum);
                }
            }
        }
        return admitted;
    }

    private static int position(List<Build> open, Build build) {
        for (int i = 0; i < open.size(); i++) {
            if (same(open.get(i), build)) {
                return i;
            }
        }
        return open.size();
    }

    static boolean started(Build build) {
        var cluster = build.getStatus().cluster();
        return cluster != null
                && cluster.podName() != null
                && !cluster.podName().isEmpty();
    }

    private static boolean same(Build one, Build other) {
        return one.getMetadata().getUid().equals(other.getMetadata().getUid());
    }

    private static boolean sameGroup(Build one, Build other) {
        return policy(one) != Concurrency.Policy.ALLOW
                && Objects.requireNonNull(one.getSpec().concurrency())
                        .effectiveGroup()
                        .equals(Objects.requireNonNull(other.getSpec().concurrency())
                                .effectiveGroup());
    }

    private static int limit(Build build) {
        var concurrency = build.getSpec().concurrency();
        return concurrency == null ? Integer.MAX_VALUE : concurrency.effectiveLimit();
    }

    private static Concurrency.Policy policy(Build build) {
        var concurrency = build.getSpec().concurrency();
        return concurrency == null ? Concurrency.Policy.ALLOW : concurrency.effectivePolicy();
    }

    private Turns() {}
}
