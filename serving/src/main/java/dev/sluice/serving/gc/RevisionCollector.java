package dev.sluice.serving.gc;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the revisions of a Configuration that are not needed any more; keys are Configurations. */
public final class RevisionCollector implements WorkLoop.Work<ObjectKey> {
    private static final Logger LOG = LoggerFactory.getLogger(RevisionCollector.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final Caches caches;
    private final Writes writes;
    private final Supplier<ServingSettings> settings;
    private final Clock clock;

    public RevisionCollector(Caches caches, Writes writes, Supplier<ServingSettings> settings, Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Outcome reconcile(ObjectKey key) {
        var found = caches.configurations().get(key);
        if (found.isEmpty() || Meta.deleting(found.get())) {
            return Outcome.done();
        }
        var candidates = caches.revisionsOf(key).stream()
                .filter(revision -> mayGo(revision, found.get()))
                .map(revision -> new Retention.Candidate(
                        revision.getMetadata().getName(), created(revision), lastActive(revision)))
                .toList();
        var now = clock.instant();
        var verdict = new Retention(settings.get().gc()).judge(candidates, now);
        for (var name : verdict.expired()) {
            writes.delete(Revision.class, new ObjectKey(key.namespace(), name));
            LOG.atInfo()
                    .addKeyValue("namespace", key.namespace())
                    .addKeyValue("revision", name)
                    .log("revision collected");
        }
        return verdict.next()
                .map(next -> Duration.between(now, next))
                .map(pause -> Outcome.again(pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause))
                .orElse(Outcome.done());
    }

    private boolean mayGo(Revision revision, Configuration configuration) {
        var name = revision.getMetadata().getName();
        return !Meta.deleting(revision)
                && !name.equals(configuration.getStatus().latestReadyRevisionName())
                && caches.routesToRevision(ObjectKey.of(revision)).isEmpty()
                && !"true".equalsIgnoreCase(Meta.annotations(revision).get(ServingAnnotations.NO_GC))
                && Meta.label(revision, ServingLabels.ROUTING_STATE).equals(ServingLabels.STATE_RESERVE);
    }

    private static Instant created(Revision revision) {
        return Instant.parse(revision.getMetadata().getCreationTimestamp());
    }

    private static Instant lastActive(Revision revision) {
        var modified = Meta.annotations(revision).get(ServingAnnotations.ROUTING_STATE_MODIFIED);
        try {
            return modified == null ? created(revision) : Instant.parse(modified);
        } catch (DateTimeParseException _) {
            return created(revision);
        }
    }
}
