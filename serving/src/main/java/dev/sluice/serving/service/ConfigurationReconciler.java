package dev.sluice.serving.service;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.ChildNames;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.ConfigurationStatus;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.FollowedKinds;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Refusal;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Revision of each generation of a Configuration and says which was made last and which is ready
 * (spec/serving.md section 1.4). The latest ready revision never goes back to an older one while it exists.
 */
public final class ConfigurationReconciler implements WorkLoop.Work<ObjectKey> {
    private static final Duration UNKNOWN_KIND_RETRY = Duration.ofSeconds(10);

    private final Caches caches;
    private final Writes writes;
    private final Events events;
    private final RequestedBuilds builds;
    private final Clock clock;

    public ConfigurationReconciler(Caches caches, Writes writes, Events events, RequestedBuilds builds, Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.events = events;
        this.builds = builds;
        this.clock = clock;
    }

    @Override
    public Outcome reconcile(ObjectKey key) {
        var found = caches.configurations().get(key);
        if (found.isEmpty() || Meta.deleting(found.get())) {
            return Outcome.done();
        }
        var configuration = found.get();
        var before = configuration.getStatus();
        var conditions = new ConditionSet("Ready", List.of(), before.conditions(), clock.instant());
        Optional<Revision> latest;
        try {
            latest = latestCreated(configuration);
        } catch (FollowedKinds.UnknownKind e) {
            conditions.markFalse(
                    "Ready",
                    "RevisionFailed",
                    "Revision creation failed with message: spec.build: " + e.getMessage() + ".");
            write(configuration, conditions, before.latestCreatedRevisionName(), before.latestReadyRevisionName());
            return Outcome.again(UNKNOWN_KIND_RETRY); // nothing tells when a kind comes
        } catch (KubernetesClientException e) {
            Refusal.of(e).ifPresent(why -> {
                Refusal.say(
                        conditions,
                        "Ready",
                        "RevisionFailed",
                        "Revision creation failed with message: " + why + ".",
                        Meta.observed(configuration, before.observedGeneration()) ? before.conditions() : List.of(),
                        clock.instant());
                write(configuration, conditions, before.latestCreatedRevisionName(), before.latestReadyRevisionName());
            });
            throw e;
        }
        if (latest.isEmpty()) {
            var name = revisionName(configuration);
            conditions.markFalse(
                    "Ready",
                    "RevisionFailed",
                    "Revision creation failed with message: revisions.serving.knative.dev \"" + name
                            + "\" already exists.");
            write(configuration, conditions, before.latestCreatedRevisionName(), before.latestReadyRevisionName());
            return Outcome.done();
        }
        var revision = latest.get();
        var name = revision.getMetadata().getName();
        var ready = latestReady(configuration);
        if (ready == null
                && before.latestReadyRevisionName() != null
                && caches.revisions()
                        .get(key.namespace(), before.latestReadyRevisionName())
                        .isEmpty()) {
            conditions.markFalse(
                    "Ready", "RevisionDeleted", "Revision \"" + before.latestReadyRevisionName() + "\" was deleted.");
        } else {
            mark(revision, conditions);
        }
        if (write(configuration, conditions, name, ready)) {
            tell(configuration, name, ready, conditions);
        }
        return Outcome.done();
    }

    private static void mark(Revision revision, ConditionSet conditions) {
        var state = ready(revision);
        switch (state.map(Condition::status).orElse("Unknown")) {
            case "True" -> conditions.markTrue("Ready");
            case "False" ->
                conditions.markFalse(
                        "Ready",
                        "RevisionFailed",
                        "Revision \"%s\" failed with message: %s."
                                .formatted(revision.getMetadata().getName(), why(revision, state.orElseThrow())));
            default -> conditions.markUnknown("Ready", null, null);
        }
    }

    /** A failed build also says its reason, the word that the build's own condition has. */
    private static String why(Revision revision, Condition ready) {
        var message = Objects.requireNonNullElse(ready.message(), "");
        boolean notBuilt = revision.getStatus().conditions().stream()
                .anyMatch(c -> c.type().equals("BuildSucceeded") && c.status().equals("False"));
        return notBuilt && ready.reason() != null ? ready.reason() + ": " + message : message;
    }

    /** The revision of this generation, made now when it is missing; empty when its name belongs to another. */
    private Optional<Revision> latestCreated(Configuration configuration) {
        var key = ObjectKey.of(configuration);
        var wanted = revision(configuration);
        var name = wanted.getMetadata().getName();
        var generation = Long.toString(Meta.generation(configuration));
        var existing = caches.revisions().get(key.namespace(), name);
        if (existing.isEmpty()) {
            existing = caches.revisionsOf(key).stream()
                    .filter(r -> Meta.label(r, ServingLabels.CONFIGURATION_GENERATION)
                                    .equals(generation)
                            && Meta.controlledBy(r, configuration))
                    .findFirst();
        }
        if (existing.isPresent()) {
            return existing.filter(r -> Meta.controlledBy(r, configuration)
                    && (Meta.label(r, ServingLabels.CONFIGURATION_GENERATION).equals(generation)
                            || writes.json(r.getSpec()).equals(writes.json(wanted.getSpec()))));
        }
        builds.request(configuration, name).ifPresent(build -> builds.refer(wanted, build));
        var created = writes.create(wanted);
        if (created.isPresent()) {
            events.normal(configuration, "Created", "Created Revision \"" + name + "\"");
            return created;
        }
        return writes.get(Revision.class, new ObjectKey(key.namespace(), name))
                .filter(r -> Meta.controlledBy(r, configuration)
                        && Meta.label(r, ServingLabels.CONFIGURATION_GENERATION).equals(generation));
    }

    private @Nullable String latestReady(Configuration configuration) {
        var key = ObjectKey.of(configuration);
        var before = configuration.getStatus().latestReadyRevisionName();
        long least = before == null
                ? 0
                : caches.revisions()
                        .get(key.namespace(), before)
                        .map(ConfigurationReconciler::generation)
                        .orElse(0L);
        return caches.revisionsOf(key).stream()
                .filter(r -> !Meta.deleting(r) && Meta.controlledBy(r, configuration))
                .filter(r -> generation(r) >= least && generation(r) <= Meta.generation(configuration))
                .filter(r -> ready(r).filter(c -> c.status().equals("True")).isPresent()
                        // once ready it stays the latest ready one until another is
                        || r.getMetadata().getName().equals(before))
                .max(Comparator.comparingLong(ConfigurationReconciler::generation))
                .map(r -> r.getMetadata().getName())
                .orElse(null);
    }

    private Revision revision(Configuration configuration) {
        var revision = new Revision();
        var template = configuration.getSpec().template();
        revision.setMetadata(RevisionMetadata.of(configuration, revisionName(configuration), clock.instant()));
        if (template != null && template.spec() != null) {
            revision.setSpec(template.spec());
        }
        return revision;
    }

    private static String revisionName(Configuration configuration) {
        var template = configuration.getSpec().template();
        var own = template == null ? null : template.name();
        return own != null
                ? own
                : ChildNames.revision(configuration.getMetadata().getName(), Meta.generation(configuration));
    }

    private boolean write(
            Configuration configuration, ConditionSet conditions, @Nullable String created, @Nullable String ready) {
        return writes.status(
                configuration,
                new ConfigurationStatus(
                        Meta.generation(configuration),
                        conditions.list(),
                        configuration.getStatus().annotations(),
                        created,
                        ready),
                Configuration::new);
    }

    private void tell(Configuration configuration, String created, @Nullable String ready, ConditionSet conditions) {
        var before = configuration.getStatus();
        if (ready != null && !ready.equals(before.latestReadyRevisionName())) {
            if (before.latestReadyRevisionName() == null) {
                events.normal(configuration, "ConfigurationReady", "Configuration becomes ready");
            }
            events.normal(configuration, "LatestReadyUpdate", "LatestReadyRevisionName updated to \"" + ready + "\"");
        }
        boolean failedBefore = before.conditions().stream()
                .anyMatch(c -> c.type().equals("Ready") && c.status().equals("False"));
        if (conditions.status("Ready").equals("False") && !failedBefore) {
            boolean was = created.equals(ready); // it had been ready before
            events.warning(
                    configuration,
                    was ? "LatestReadyFailed" : "LatestCreatedFailed",
                    "Latest " + (was ? "ready" : "created") + " revision \"" + created + "\" has failed");
        }
    }

    static long generation(Revision revision) {
        var text = Meta.label(revision, ServingLabels.CONFIGURATION_GENERATION);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    static Optional<Condition> ready(Revision revision) {
        return revision.getStatus().conditions().stream()
                .filter(c -> c.type().equals("Ready"))
                .findFirst();
    }
}
