package dev.sluice.serving.gc;

import dev.sluice.api.serving.config.GcConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which revisions of one Configuration go (spec/serving.md section 1.14). Pure. */
record Retention(GcConfig config) {
    /**
     * A revision that may go: none that a Route leads to or names, that is the latest ready one, or that is to be kept.
     *
     * @param lastActive when a Route last led to it, else when it was made
     */
    record Candidate(String name, Instant created, Instant lastActive) {}

    /**
     * @param expired in the order in which they are to go
     * @param next when to look again, if time alone may change something
     */
    record Verdict(List<String> expired, Optional<Instant> next) {
        Verdict {
            expired = List.copyOf(expired);
        }
    }

    Verdict judge(Collection<Candidate> candidates, Instant now) {
        var left = candidates.stream()
                .sorted(Comparator.comparing(Candidate::lastActive).thenComparing(Candidate::name))
                .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
        var expired = new ArrayList<String>();
        for (var candidate : List.copyOf(left)) {
            if (left.size() <= config.minNonActiveRevisions()) {
                return new Verdict(expired, Optional.empty());
            }
            if (stale(candidate).filter(since -> !since.isAfter(now)).isPresent()) {
                left.remove(candidate);
                expired.add(candidate.name());
            }
        }
        config.maxNonActiveRevisions().ifPresent(most -> {
            while (left.size() > most) {
                expired.add(left.removeFirst().name());
            }
        });
        var next = left.size() <= config.minNonActiveRevisions()
                ? Optional.<Instant>empty()
                : left.stream().flatMap(candidate -> stale(candidate).stream()).min(Comparator.naturalOrder());
        return new Verdict(expired, next);
    }

    /** When it becomes stale: never when neither period is set. */
    private Optional<Instant> stale(Candidate candidate) {
        return Stream.concat(
                        config.retainSinceCreateTime().map(candidate.created()::plus).stream(),
                        config.retainSinceLastActiveTime().map(candidate.lastActive()::plus).stream())
                .max(Comparator.naturalOrder());
    }
}
