package dev.sluice.builds;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which Builds need not be kept any longer, as the retention of one that has ended says. Pure. */
final class Expiry {
    /** @param all the Builds of the namespace, or the one alone where it counts none */
    static List<Build> of(Build ended, Collection<Build> all, Instant now) {
        var retention = ended.getSpec().retention();
        if (retention == null) {
            return List.of();
        }
        var expired = new ArrayList<Build>();
        if (next(ended, now).filter(Duration.ZERO::equals).isPresent()) {
            expired.add(ended);
        }
        if (retention.count() != null) {
            all.stream()
                    .filter(b -> b.getStatus().done() && sameGroup(b, retention))
                    .sorted(Comparator.comparing(Expiry::end).reversed())
                    .skip(retention.count())
                    .filter(b -> expired.stream().noneMatch(e -> same(e, b)))
                    .forEach(expired::add);
        }
        return expired;
    }

    /** How long until the Build is old enough to be deleted; empty when it is kept for ever, zero when it is time. */
    static Optional<Duration> next(Build ended, Instant now) {
        var retention = ended.getSpec().retention();
        if (retention == null) {
            return Optional.empty();
        }
        return retention
                .longest()
                .map(age -> Duration.between(now, end(ended).plus(age)))
                .map(left -> left.isNegative() ? Duration.ZERO : left);
    }

    /** Of Builds that say nothing of retention none is deleted. */
    private static boolean sameGroup(Build build, Retention retention) {
        var own = build.getSpec().retention();
        return own != null && own.effectiveGroup().equals(retention.effectiveGroup());
    }

    private static Instant end(Build build) {
        var completed = build.getStatus().completionTime();
        return Instant.parse(completed == null ? build.getMetadata().getCreationTimestamp() : completed);
    }

    private static boolean same(Build one, Build other) {
        return one.getMetadata().getUid().equals(other.getMetadata().getUid());
    }

    private Expiry() {}
}
