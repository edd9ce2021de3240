package dev.sluice.serving.service;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.HistoricForm;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.ServiceStatus;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Refusal;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps a Service's Configuration and Route as it asks, and says on the Service how they are (spec/serving.md section 1.3). */
public final class ServiceReconciler implements WorkLoop.Work<ObjectKey> {
    private static final String CONFIGURATIONS_READY = "ConfigurationsReady";
    private static final String ROUTES_READY = "RoutesReady";
    private static final String CONFIGURATION_OUT_OF_DATE =
            "The Configuration is still working to reflect the latest desired specification.";
    private static final String ROUTE_OUT_OF_DATE =
            "The Route is still working to reflect the latest desired specification.";
    private static final List<String> INFO = List.of("RolloutPaused", "RolledBack");

    private final Caches caches;
    private final Writes writes;
    private final Events events;
    private final Clock clock;

    public ServiceReconciler(Caches caches, Writes writes, Events events, Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.events = events;
        this.clock = clock;
    }

    /** Whether the Service is Ready or has failed, as its children are now. What they say until then need not be told at once. */
    public boolean decided(ObjectKey key) {
        var configuration = caches.configurations().get(key);
        var route = caches.routes().get(key);
        if (configuration.isEmpty() || route.isEmpty()) {
            return true; // one has been deleted
        }
        var made = ready(configuration.get().getStatus().conditions());
        var routed = ready(route.get().getStatus().conditions());
        return made.equals("False")
                || routed.equals("False")
                || (made.equals("True")
                        && routed.equals("True")
                        && !TrafficMigration.pending(route.get(), configuration.get(), routed));
    }

    private static String ready(List<Condition> conditions) {
        return conditions.stream()
                .filter(c -> c.type().equals("Ready"))
                .findFirst()
                .map(Condition::status)
                .orElse("Unknown");
    }

    @Override
    public Outcome reconcile(ObjectKey key) {
        var found = caches.services().get(key);
        if (found.isEmpty() || Meta.deleting(found.get())) {
            return Outcome.done();
        }
        var service = found.get();
        var before = service.getStatus();
        var conditions = new ConditionSet(
                "Ready", List.of(CONFIGURATIONS_READY, ROUTES_READY), before.conditions(), clock.instant());
        if (HistoricForm.isManual(service)) {
            leaveAlone(service, conditions);
            return Outcome.done();
        }

        Configuration configuration = null;
        Route route = null;
        try {
            configuration = configuration(service, conditions);
            if (configuration != null && !heldBack(service, configuration, conditions)) {
                route = route(service, configuration, conditions);
            }
        } catch (KubernetesClientException e) {
            if (Refusal.of(e).isPresent()) {
                write(service, conditions, configuration, null);
            }
            throw e;
        }
        conditions // Ready shows the cause, not that a Route has nothing to lead to because of it
                .get(CONFIGURATIONS_READY)
                .filter(c -> c.status().equals("False"))
                .ifPresent(c -> conditions.markFalse(CONFIGURATIONS_READY, c.reason(), c.message()));
        write(service, conditions, configuration, route);
        return Outcome.done();
    }

    private void write(
            KnativeService service,
            ConditionSet conditions,
            @Nullable Configuration configuration,
            @Nullable Route route) {
        var before = service.getStatus();
        var kept = route == null ? caches.routes().get(ObjectKey.of(service)) : Optional.of(route);
        var routed = kept.filter(r -> Meta.controlledBy(r, service)).map(Route::getStatus);
        writes.status(
                service,
                new ServiceStatus(
                        Meta.generation(service),
                        conditions.list(),
                        before.annotations(),
                        configuration == null
                                ? before.latestCreatedRevisionName()
                                : configuration.getStatus().latestCreatedRevisionName(),
                        configuration == null
                                ? before.latestReadyRevisionName()
                                : configuration.getStatus().latestReadyRevisionName(),
                        routed.map(s -> s.url()).orElse(before.url()),
                        routed.map(s -> s.address()).orElse(before.address()),
                        routed.map(s -> ServiceReconciler.shown(s.traffic())).orElse(before.traffic())),
                KnativeService::new);
    }

    /** Empty when it is there already: its informer brings us back. What the API server refuses is said in the condition of this type. */
    private <T extends HasMetadata> Optional<T> create(
            KnativeService service, T wanted, String type, ConditionSet conditions) {
        try {
            var created = writes.create(wanted);
            created.ifPresent(_ -> events.normal(service, "Created", "Created " + child(wanted)));
            return created;
        } catch (KubernetesClientException e) {
            refused(service, e, type, "CreationFailed", "Failed to create " + child(wanted), conditions);
            throw e;
        }
    }

    /** What the API server refuses is said in the condition of this type: what the child says of itself is about an earlier wish. */
    private <T extends HasMetadata> T update(
            KnativeService service, T existing, T wanted, String type, ConditionSet conditions) {
        try {
            return writes.update(existing, wanted);
        } catch (KubernetesClientException e) {
            refused(service, e, type, "UpdateFailed", "Failed to update " + child(wanted), conditions);
            throw e;
        }
    }

    private void refused(
            KnativeService service,
            KubernetesClientException failure,
            String type,
            String reason,
            String what,
            ConditionSet conditions) {
        var before = service.getStatus();
        Refusal.of(failure)
                .ifPresent(why -> Refusal.say(
                        conditions,
                        type,
                        reason,
                        what + ": " + why,
                        Meta.observed(service, before.observedGeneration()) ? before.conditions() : List.of(),
                        clock.instant()));
    }

    private static String child(HasMetadata child) {
        return child.getKind() + " \"" + child.getMetadata().getName() + "\"";
    }

    private void leaveAlone(KnativeService service, ConditionSet conditions) {
        var message = "Service is set to Manual, and is not managing underlying resources.";
        conditions.markUnknown(CONFIGURATIONS_READY, "Manual", message);
        conditions.markUnknown(ROUTES_READY, "Manual", message);
        var before = service.getStatus();
        writes.status(
                service,
                new ServiceStatus(
                        Meta.generation(service),
                        conditions.list(),
                        before.annotations(),
                        before.latestCreatedRevisionName(),
                        before.latestReadyRevisionName(),
                        before.url(),
                        before.address(),
                        before.traffic()),
                KnativeService::new);
    }

    private @Nullable Configuration configuration(KnativeService service, ConditionSet conditions) {
        var key = ObjectKey.of(service);
        var existing = caches.configurations().get(key).orElse(null);
        var wanted = Children.configuration(service, existing);
        if (existing == null) {
            existing = create(service, wanted, CONFIGURATIONS_READY, conditions).orElse(null);
            if (existing == null) {
                conditions.markUnknown(CONFIGURATIONS_READY, "OutOfDate", CONFIGURATION_OUT_OF_DATE);
                return null;
            }
        }
        if (!Meta.controlledBy(existing, service)) {
            conditions.markFalse(
                    CONFIGURATIONS_READY,
                    "NotOwned",
                    "There is an existing Configuration \"" + key.name() + "\" that we do not own.");
            return null;
        }
        if (differs(existing, wanted, existing.getSpec(), wanted.getSpec())) {
            existing = update(service, existing, wanted, CONFIGURATIONS_READY, conditions);
        }
        if (!Meta.observed(existing, existing.getStatus().observedGeneration())) {
            conditions.markUnknown(CONFIGURATIONS_READY, "OutOfDate", CONFIGURATION_OUT_OF_DATE);
        } else {
            copy(existing.getStatus().conditions(), CONFIGURATIONS_READY, conditions);
        }
        return existing;
    }

    /** With a name of the user's own for the next revision, the Route waits for the Configuration. */
    private boolean heldBack(KnativeService service, Configuration configuration, ConditionSet conditions) {
        var template = service.getSpec().template();
        var name = template == null ? null : template.name();
        if (name == null) {
            return false;
        }
        if (!Meta.observed(configuration, configuration.getStatus().observedGeneration())) {
            return true;
        }
        var taken = caches.revisions()
                .get(service.getMetadata().getNamespace(), name)
                .filter(revision -> !madeBy(configuration, revision));
        taken.ifPresent(_ -> conditions.markFalse(
                ROUTES_READY,
                "RevisionNameTaken",
                "The revision name \"" + name
                        + "\" is taken by a conflicting Revision, so traffic will not be migrated"));
        return taken.isPresent();
    }

    private boolean madeBy(Configuration configuration, Revision revision) {
        var template = configuration.getSpec().template();
        return Meta.controlledBy(revision, configuration)
                && (Meta.label(revision, ServingLabels.CONFIGURATION_GENERATION)
                                .equals(Long.toString(Meta.generation(configuration)))
                        || (template != null && same(revision.getSpec(), template.spec())));
    }

    private @Nullable Route route(KnativeService service, Configuration configuration, ConditionSet conditions) {
        var key = ObjectKey.of(service);
        var wanted = Children.route(service);
        var existing = caches.routes().get(key).orElse(null);
        if (existing == null) {
            existing = create(service, wanted, ROUTES_READY, conditions).orElse(null);
            if (existing == null) {
                conditions.markUnknown(ROUTES_READY, "OutOfDate", ROUTE_OUT_OF_DATE);
                return null;
            }
        }
        if (!Meta.controlledBy(existing, service)) {
            conditions.markFalse(
                    ROUTES_READY, "NotOwned", "There is an existing Route \"" + key.name() + "\" that we do not own.");
            return null;
        }
        if (differs(existing, wanted, existing.getSpec(), wanted.getSpec())) {
            existing = update(service, existing, wanted, ROUTES_READY, conditions);
        }
        var status = existing.getStatus();
        if (!Meta.observed(existing, status.observedGeneration())) {
            conditions.markUnknown(ROUTES_READY, "OutOfDate", ROUTE_OUT_OF_DATE);
            return existing;
        }
        copy(status.conditions(), ROUTES_READY, conditions);
        copyInfo(status.conditions(), conditions);
        if (TrafficMigration.pending(existing, configuration, conditions.status(ROUTES_READY))) {
            conditions.markUnknown(
                    ROUTES_READY, "TrafficNotMigrated", "Traffic is not yet migrated to the latest revision.");
        }
        return existing;
    }

    private static List<TrafficTarget> shown(List<TrafficTarget> traffic) {
        return traffic.stream()
                .map(t -> new TrafficTarget(t.tag(), t.revisionName(), null, t.latestRevision(), t.percent(), t.url()))
                .toList();
    }

    private static void copy(List<Condition> from, String type, ConditionSet to) {
        var ready = from.stream().filter(c -> c.type().equals("Ready")).findFirst();
        switch (ready.map(Condition::status).orElse("Unknown")) {
            case "True" -> to.markTrue(type);
            case "False" ->
                to.markFalse(
                        type, ready.orElseThrow().reason(), ready.orElseThrow().message());
            default ->
                to.markUnknown(
                        type,
                        ready.map(Condition::reason).orElse(null),
                        ready.map(Condition::message).orElse(null));
        }
    }

    private static void copyInfo(List<Condition> from, ConditionSet to) {
        for (var type : INFO) {
            var there = from.stream().filter(c -> c.type().equals(type)).findFirst();
            if (there.isPresent()) {
                to.markTrue(type, there.get().reason(), there.get().message());
            } else if (to.get(type).isPresent()) {
                to.remove(type);
            }
        }
    }

    private boolean differs(HasMetadata existing, HasMetadata wanted, Object existingSpec, Object wantedSpec) {
        return !Meta.labels(existing).equals(Meta.labels(wanted))
                || !Meta.annotations(existing).equals(Meta.annotations(wanted))
                || !same(existingSpec, wantedSpec);
    }

    private boolean same(@Nullable Object one, @Nullable Object other) {
        return Objects.equals(one, other) || writes.json(one).equals(writes.json(other));
    }
}
