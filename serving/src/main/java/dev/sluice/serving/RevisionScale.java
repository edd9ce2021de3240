package dev.sluice.serving;

import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.autoscale.ScaleNumbers;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import java.util.Optional;

/**
 * How a revision is scaled, and whose it is.
 *
 * @param service empty when it is nobody's
 * @param configuration empty when it was made by hand
 */
public record RevisionScale(String service, String configuration, ScaleNumbers numbers) {
    static Optional<RevisionScale> of(ScaleNumbers numbers, Caches caches) {
        return caches.revisions()
                .get(numbers.revision().namespace(), numbers.revision().name())
                .map(revision -> new RevisionScale(
                        Meta.label(revision, ServingLabels.SERVICE),
                        Meta.label(revision, ServingLabels.CONFIGURATION),
                        numbers));
    }
}
