package dev.sluice.serving.autoscale;

import dev.sluice.api.autoscaling.AutoscalingKeys;
import dev.sluice.api.autoscaling.PodAutoscaler;
import dev.sluice.api.autoscaling.PodAutoscalerSpec;
import dev.sluice.api.autoscaling.PodAutoscalerStatus;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The PodAutoscaler of each revision: made, kept up to date and given its status, so that people and tests see what scaling does. */
public final class PodAutoscalers {
    private final Caches caches;
    private final Writes writes;
    private final Supplier<String> defaultClass;
    private final Clock clock;

    /** @param defaultClass of revisions that name none: config-autoscaler's {@code pod-autoscaler-class} */
    public PodAutoscalers(Caches caches, Writes writes, Supplier<String> defaultClass, Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.defaultClass = defaultClass;
        this.clock = clock;
    }

    /** Whether the revision's class leaves its scale to something else than this autoscaler. */
    public boolean scaledByOthers(Revision revision) {
        return !scaler(revision).equals(AutoscalingKeys.KPA);
    }

    /** How a revision is scaled whose class is not ours: by a HorizontalPodAutoscaler, or by who knows that class. */
    public ScaleView othersView(Revision revision, ScalingSpec spec, int replicas, int ready) {
        var key = ObjectKey.of(revision);
        boolean initialized = initialized(key) || ready >= spec.minReady(false);
        if (scaler(revision).equals(AutoscalingKeys.HPA)) {
            int desired = caches.horizontal()
                    .get(key)
                    .map(HorizontalPodAutoscaler::getStatus)
                    .map(status -> status.getDesiredReplicas())
                    .filter(wanted -> wanted > 0) // it has not looked yet
                    .orElse(replicas);
            return new ScaleView(
                    initialized ? ScaleView.State.ACTIVE : ScaleView.State.ACTIVATING,
                    ready,
                    desired,
                    initialized,
                    false);
        }
        var active = caches.autoscalers().get(key).stream()
                .flatMap(pa -> pa.getStatus().conditions().stream())
                .filter(c -> c.type().equals("Active"))
                .map(Condition::status)
                .findFirst()
                .orElse("Unknown");
        var state = switch (active) {
            case "True" -> ScaleView.State.ACTIVE;
            case "False" -> ScaleView.State.INACTIVE;
            default -> ScaleView.State.ACTIVATING;
        };
        return new ScaleView(state, ready, replicas, initialized, false);
    }

    /** Whether an earlier process, or this one, has seen the revision started. */
    public boolean initialized(ObjectKey revision) {
        return caches.autoscalers().get(revision).stream()
                .flatMap(pa -> pa.getStatus().conditions().stream())
                .anyMatch(c ->
                        c.type().equals("ScaleTargetInitialized") && c.status().equals("True"));
    }

    /** Makes the object as the revision asks, with what its class needs beside it, and writes what {@code view} says. */
    public void show(Revision revision, ScalingSpec spec, String deployment, boolean h2c, ScaleView view) {
        var key = ObjectKey.of(revision);
        var wanted = wanted(revision, deployment, h2c);
        var existing = caches.autoscalers().get(key).orElse(null);
        if (existing == null) {
            writes.create(wanted);
            return; // its informer brings us back to the status
        }
        if (!Meta.controlledBy(existing, revision)) {
            return;
        }
        if (!Meta.annotations(existing).equals(Meta.annotations(wanted))
                || !writes.json(existing.getSpec()).equals(writes.json(wanted.getSpec()))) {
            existing = writes.update(existing, wanted);
        }
        switch (scaler(revision)) {
            case AutoscalingKeys.KPA -> writes.status(existing, status(existing, view), PodAutoscaler::new);
            case AutoscalingKeys.HPA -> {
                horizontal(existing, spec);
                writes.status(existing, status(existing, view), PodAutoscaler::new);
            }
            default -> {} // whoever knows the class says how it is
        }
    }

    private void horizontal(PodAutoscaler pa, ScalingSpec spec) {
        var key = ObjectKey.of(pa);
        var wanted = HorizontalScaling.of(pa, spec);
        var existing = caches.horizontal().get(key).orElse(null);
        if (existing == null) {
            writes.create(wanted);
        } else if (Meta.controlledBy(existing, pa)
                && !existing.getSpec().equals(HorizontalScaling.defaulted(wanted, existing))) {
            writes.update(existing, wanted);
        }
    }

    private String scaler(Revision revision) {
        return AutoscalingKeys.CLASS.in(Meta.annotations(revision)).orElseGet(defaultClass);
    }

    private PodAutoscalerStatus status(PodAutoscaler existing, ScaleView view) {
        var conditions = new ConditionSet(
                "Ready",
                List.of("Active", "ScaleTargetInitialized", "SKSReady"),
                existing.getStatus().conditions(),
                clock.instant());
        switch (view.state()) {
            case ACTIVE -> conditions.markTrue("Active");
            case ACTIVATING ->
                conditions.markUnknown(
                        "Active", "Queued", "Requests to the target are being buffered as resources are provisioned.");
            case INACTIVE ->
                conditions.markFalse(
                        "Active",
                        view.timedOut() ? "TimedOut" : "NoTraffic",
                        view.timedOut()
                                ? "The target could not be activated."
                                : "The target is not receiving traffic.");
        }
        if (view.initialized()) {
            conditions.markTrue("ScaleTargetInitialized");
        } else {
            conditions.markUnknown("ScaleTargetInitialized", null, null);
        }
        conditions.markTrue("SKSReady"); // the gateway is always on the path
        return new PodAutoscalerStatus(
                Meta.generation(existing),
                conditions.list(),
                existing.getStatus().annotations(),
                existing.getMetadata().getName(),
                existing.getMetadata().getName(),
                view.desired(),
                view.ready());
    }

    private PodAutoscaler wanted(Revision revision, String deployment, boolean h2c) {
        var labels = new TreeMap<>(Meta.labels(revision));
        labels.remove(ServingLabels.ROUTING_STATE);
        labels.put(ServingLabels.REVISION, revision.getMetadata().getName());
        labels.put(ServingLabels.REVISION_UID, revision.getMetadata().getUid());
        var pa = new PodAutoscaler();
        pa.setMetadata(Meta.child(revision.getMetadata().getName(), revision, labels, scaling(revision))
                .build());
        pa.setSpec(new PodAutoscalerSpec(
                revision.getSpec().containerConcurrency(),
                new PodAutoscalerSpec.ScaleTarget("apps/v1", "Deployment", deployment),
                reachability(revision),
                h2c ? "h2c" : "http1"));
        return pa;
    }

    /** With the defaults that admission gives it, so that there is nothing to correct afterwards. */
    private Map<String, String> scaling(Revision revision) {
        var annotations = new TreeMap<String, String>();
        Meta.annotations(revision).forEach((key, value) -> {
            if (key.startsWith(AutoscalingKeys.PREFIX)) {
                annotations.put(key, value);
            }
        });
        var scaler = scaler(revision);
        annotations.putIfAbsent(AutoscalingKeys.CLASS.name(), scaler);
        if (scaler.equals(AutoscalingKeys.KPA)) {
            annotations.putIfAbsent(AutoscalingKeys.METRIC.name(), "concurrency");
        } else if (scaler.equals(AutoscalingKeys.HPA)) {
            annotations.putIfAbsent(AutoscalingKeys.METRIC.name(), "cpu");
        }
        return annotations;
    }

    private static String reachability(Revision revision) {
        return switch (Meta.label(revision, ServingLabels.ROUTING_STATE)) {
            case ServingLabels.STATE_ACTIVE -> "Reachable";
            case ServingLabels.STATE_RESERVE -> "Unreachable";
            default -> "";
        };
    }
}
