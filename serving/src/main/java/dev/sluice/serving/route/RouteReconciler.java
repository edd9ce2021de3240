package dev.sluice.serving.route;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.Addressable;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.RouteStatus;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.time.GoDuration;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a Route and says on it what is served (spec/serving.md sections 1.6 and 1.14). It is Ready only after the gateways
 * have acknowledged; a Route whose traffic cannot be resolved keeps what it served before.
 */
public final class RouteReconciler implements WorkLoop.Work<ObjectKey> {
    private static final String TRAFFIC = "AllTrafficAssigned";
    private static final String INGRESS = "IngressReady";
    private static final String CERTIFICATE = "CertificateProvisioned";
    private static final String CREATION_FAILED = "CreationFailed";
    private static final Duration UNACKNOWLEDGED = Duration.ofSeconds(1);
    /** Nothing tells when somebody else gives a name up. */
    private static final Duration TAKEN = Duration.ofSeconds(10);

    private final Caches caches;
    private final Writes writes;
    private final RouteTablePublisher publisher;
    private final RolloutOffers rollouts;
    private final Supplier<ServingSettings> settings;
    private final Hosts hosts;
    private final Placeholders placeholders;
    private final RoutingLabels labels;
    private final Clock clock;

    public RouteReconciler(
            Caches caches,
            Writes writes,
            Events events,
            RouteTablePublisher publisher,
            RolloutOffers rollouts,
            ServingConfig config,
            Supplier<ServingSettings> settings,
            Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.publisher = publisher;
        this.rollouts = rollouts;
        this.settings = settings;
        this.placeholders = new Placeholders(caches, writes, events, config);
        this.hosts = new Hosts(config, settings, placeholders::keptInside);
        this.labels = new RoutingLabels(caches, writes, clock);
        this.clock = clock;
    }

    /**
     * Puts what Routes serve according to their status: the state to start from, before anything is published. A host stays with the
     * one that had it, whichever is older; of two that have one name without saying so, it is the older one's.
     *
     * @param lost settings of revisions that are not there any more
     */
    public void restore(List<Route> routes, RevisionSettings lost) {
        var old = routes.stream()
                .filter(route -> !Meta.deleting(route))
                .sorted(Comparator.comparing(RouteReconciler::made))
                .toList();
        old.forEach(route -> restore(route, HostsTaken.in(route.getStatus().conditions()), lost));
        old.forEach(route -> restore(route, Set.of(), lost));
    }

    private void restore(Route route, Set<String> without, RevisionSettings lost) {
        var rules = new LinkedHashMap<>(hosts.rules(route, route.getStatus().traffic()));
        rules.keySet().removeAll(without);
        if (!rules.isEmpty()) {
            publisher.restoreHosts(owner(ObjectKey.of(route)), rules, lost);
        }
    }

    private static String made(Route route) {
        return Objects.requireNonNullElse(route.getMetadata().getCreationTimestamp(), "");
    }

    @Override
    public Outcome reconcile(ObjectKey key) {
        var found = caches.routes().get(key);
        if (found.isEmpty() || Meta.deleting(found.get())) {
            publisher.remove(owner(key));
            if (found.isEmpty()) { // who is told looks, and must not find it any more
                rollouts.forget(key);
            }
            labels.clear(key);
            return Outcome.done();
        }
        var route = found.get();
        var duration = duration(route);
        var conditions = new ConditionSet(
                "Ready",
                List.of(TRAFFIC, INGRESS, CERTIFICATE),
                route.getStatus().conditions(),
                clock.instant());
        conditions.markTrue(CERTIFICATE, "TLSNotEnabled", "external-domain-tls is not enabled");
        var traffic = new Traffic(
                name -> configuration(new ObjectKey(key.namespace(), name)),
                name -> caches.revisions().get(key.namespace(), name).filter(r -> !Meta.deleting(r)));
        return switch (traffic.resolve(route, duration.isPositive())) {
            case Traffic.Resolution.Bad(boolean failed, String reason, String message) -> {
                unresolved(conditions); // first: Ready is to say what is waited for, and the same at every look
                if (failed) {
                    conditions.markFalse(TRAFFIC, reason, message);
                } else {
                    conditions.markUnknown(TRAFFIC, reason, message);
                }
                var _ = ensurePlaceholders(route, route.getSpec().traffic(), conditions);
                asBefore(route, conditions);
                labels.add(route, route.getStatus().traffic());
                yield Outcome.done();
            }
            case Traffic.Resolution.Good good -> serve(key, route, good, conditions);
        };
    }

    /** What a placeholder was refused for before says nothing of the next attempt, which follows. */
    static void unresolved(ConditionSet conditions) {
        var reason = conditions.get(INGRESS).map(Condition::reason);
        if (reason.isEmpty()
                ? conditions.status(INGRESS).equals("Unknown")
                : reason.get().equals(CREATION_FAILED)) {
            conditions.markUnknown(INGRESS, "IngressNotConfigured", "Ingress has not yet been reconciled.");
        }
    }

    /** A Service's is made together with the Route, and may be known later than it: that is no failure. */
    private Optional<Configuration> configuration(ObjectKey key) {
        return caches.configurations().get(key).or(() -> writes.get(Configuration.class, key));
    }

    /** What the API server refuses is said on the Route. */
    private Optional<String> ensurePlaceholders(Route route, List<TrafficTarget> targets, ConditionSet conditions) {
        try {
            return placeholders.ensure(route, hosts.serviceNames(route, targets));
        } catch (KubernetesClientException e) {
            Refusal.of(e).ifPresent(why -> {
                if (!taken(conditions, publisher.heldByOthers(owner(ObjectKey.of(route))))) {
                    var before = route.getStatus();
                    Refusal.say(
                            conditions,
                            INGRESS,
                            CREATION_FAILED,
                            "Failed to create a placeholder Service: " + why,
                            Meta.observed(route, before.observedGeneration()) ? before.conditions() : List.of(),
                            clock.instant());
                }
                asBefore(route, conditions);
            });
            throw e;
        }
    }

    /** Says which hosts are another Route's, before anything else that is wrong: after a restart nothing else tells who had them first. */
    static boolean taken(ConditionSet conditions, Set<String> hosts) {
        if (hosts.isEmpty()) {
            return false;
        }
        conditions.markFalse(INGRESS, HostsTaken.REASON, HostsTaken.message(hosts));
        return true;
    }

    /** The status of a Route that goes on serving what it served. */
    private void asBefore(Route route, ConditionSet conditions) {
        write(route, conditions, route.getStatus().traffic(), route.getStatus().rollout());
    }

    private Outcome serve(ObjectKey key, Route route, Traffic.Resolution.Good good, ConditionSet conditions) {
        conditions.markTrue(TRAFFIC);
        var inTheWay = ensurePlaceholders(route, good.targets(), conditions);
        if (inTheWay.isPresent()) {
            if (!taken(conditions, publisher.heldByOthers(owner(key)))) {
                conditions.markFalse(
                        INGRESS,
                        "NotOwned",
                        "There is an existing placeholder Service \"" + inTheWay.get() + "\" that we do not own.");
            }
            asBefore(route, conditions);
            labels.add(route, route.getStatus().traffic()); // which is what is served
            return Outcome.again(TAKEN);
        }
        Map<String, HostRule> rules = hosts.rules(route, good.targets());
        boolean acknowledged = publisher.putHosts(owner(key), rules);
        ingress(conditions, acknowledged, good);
        var taken = publisher.heldByOthers(owner(key));
        var _ = taken(conditions, taken);
        var shown = good.targets().stream().map(t -> withUrl(route, t)).toList();
        write(route, conditions, shown, good.rollout());
        var rollout = good.rollout();
        if (rollout != null) {
            rollouts.offer(route, rollout, good.begins());
        }
        // last: another Route may be faster, and all of this is done again
        if (!acknowledged) {
            labels.add(route, good.targets()); // what led elsewhere may be served still
            return Outcome.again(UNACKNOWLEDGED);
        }
        labels.replace(route, good.targets());
        if (rollout != null && RouteRollout.PROGRESSING.equals(rollout.phase())) {
            return Outcome.again(RolloutOffers.AGAIN);
        }
        return taken.isEmpty() ? Outcome.done() : Outcome.again(TAKEN);
    }

    static void ingress(ConditionSet conditions, boolean acknowledged, Traffic.Resolution.Good good) {
        var rollout = good.moving();
        var phase = rollout == null ? "" : Objects.requireNonNullElse(rollout.phase(), "");
        if (!acknowledged) {
            conditions.markUnknown(INGRESS, "Uninitialized", "Waiting for load balancer to be ready");
        } else if (phase.equals(RouteRollout.PROGRESSING)) {
            conditions.markUnknown(
                    INGRESS, "RolloutInProgress", "A gradual rollout of the latest revision(s) is in progress.");
        } else if (phase.equals(RouteRollout.ABORTED)) {
            conditions.markFalse(INGRESS, "RolloutAborted", message(rollout));
        } else {
            conditions.markTrue(INGRESS);
        }
        info(conditions, "RolloutPaused", phase.equals(RouteRollout.PAUSED), rollout);
        info(conditions, "RolledBack", phase.equals(RouteRollout.ROLLED_BACK), rollout);
    }

    private static void info(ConditionSet conditions, String type, boolean holds, @Nullable RouteRollout rollout) {
        if (holds) {
            conditions.markTrue(type, type, message(rollout));
        } else if (conditions.get(type).isPresent()) {
            conditions.remove(type);
        }
    }

    private static String message(@Nullable RouteRollout rollout) {
        return rollout == null ? "" : Objects.requireNonNullElse(rollout.message(), "");
    }

    private TrafficTarget withUrl(Route route, TrafficTarget target) {
        var url = target.tag() == null || target.tag().isEmpty() ? null : hosts.tagUrl(route, target.tag());
        return new TrafficTarget(
                target.tag(),
                target.revisionName(),
                target.configurationName(),
                target.latestRevision(),
                target.percent(),
                url);
    }

    private void write(
            Route route, ConditionSet conditions, List<TrafficTarget> traffic, @Nullable RouteRollout rollout) {
        writes.status(
                route,
                new RouteStatus(
                        Meta.generation(route),
                        conditions.list(),
                        route.getStatus().annotations(),
                        hosts.url(route),
                        new Addressable(hosts.address(route)),
                        traffic,
                        rollout),
                Route::new);
    }

    private Duration duration(Route route) {
        var annotations = Meta.annotations(route);
        var own = annotations.getOrDefault(
                ServingAnnotations.ROLLOUT_DURATION, annotations.get(ServingAnnotations.ROLLOUT_DURATION_LEGACY));
        return Optional.ofNullable(own)
                .flatMap(GoDuration::parse) // what is none is from before admission refused it
                .orElseGet(() -> settings.get().network().rolloutDuration());
    }

    private static String owner(ObjectKey key) {
        return "route/" + key;
    }
}
