package dev.sluice.serving.rollout;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import dev.sluice.serving.route.RolloutOffers;
import io.temporal.client.WorkflowClient;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts the workflow of each rollout, or tells the one that runs of the newer revision. Off the path of the Route: while
 * Temporal is down, Routes without a rollout duration are served as ever and recorded later.
 */
public final class RolloutDispatch implements RolloutOffers, AutoCloseable {
    private final RolloutStubs stubs;
    private final WorkLoop<ObjectKey> loop = new WorkLoop<>("rollouts", this::start);
    private final Map<ObjectKey, Offer> waiting = new ConcurrentHashMap<>();
    /** What a workflow knows of already, by Route. */
    private final Map<ObjectKey, Offer> known = new ConcurrentHashMap<>();

    private record Offer(String uid, String candidate) {}

    public RolloutDispatch(WorkflowClient workflows) {
        this.stubs = new RolloutStubs(workflows);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void offer(Route route, RouteRollout rollout) {
        var key = ObjectKey.of(route);
        var offer = new Offer(RolloutStubs.uid(route), Objects.requireNonNullElse(rollout.candidateRevision(), ""));
        if (!offer.equals(known.get(key))) {
            waiting.put(key, offer);
            loop.enqueue(key);
        }
    }

    @Override
    public void forget(ObjectKey route) {
        waiting.remove(route);
        known.remove(route);
    }

    @Override
    public void close() {
        loop.close();
    }

    private Outcome start(ObjectKey key) {
        var offer = waiting.get(key);
        if (offer != null) {
            var workflow = stubs.of(key.namespace(), key.name(), offer.uid());
            var batch = stubs.client().newSignalWithStartRequest();
            batch.add(workflow::run, RolloutStubs.ref(key.namespace(), key.name(), offer.uid()));
            batch.add(workflow::offered, offer.candidate());
            stubs.client().signalWithStart(batch);
            known.put(key, offer);
            waiting.remove(key, offer);
        }
        return Outcome.done();
    }
}
