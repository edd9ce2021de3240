package dev.sluice.serving.rollout;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import dev.sluice.serving.route.RolloutOffers;
import io.temporal.client.WorkflowClient;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Starts the workflow of each rollout, or tells the one that runs of the newer revision. Off the path of the Route: while
 * Temporal is down, Routes without a rollout duration are served as ever and recorded later.
 */
public final class RolloutDispatch implements RolloutOffers, AutoCloseable {
    private final RolloutStubs stubs;
    private final Clock clock;
    private final WorkLoop<ObjectKey> loop = new WorkLoop<>("rollouts", this::start);
    private final Map<ObjectKey, Offer> waiting = new ConcurrentHashMap<>();
    /** What a workflow was told last, by Route. */
    private final Map<ObjectKey, Told> known = new ConcurrentHashMap<>();
    /** Of Routes with a rollout: what the id of its workflow is made of. */
    private final Map<ObjectKey, String> uids = new ConcurrentHashMap<>();
    /** Routes that are gone, whose workflow may wait for a person who will not come. */
    private final Set<Gone> gone = ConcurrentHashMap.newKeySet();

    /** Instead of one Route: all runs that are open. */
    private static final ObjectKey ALL = new ObjectKey("", "");

    private volatile Predicate<String> present = _ -> true;

    private record Offer(String uid, String candidate) {}

    private record Told(Offer offer, Instant when) {}

    private record Gone(ObjectKey route, String uid) {}

    public RolloutDispatch(WorkflowClient workflows, Clock clock) {
        this.stubs = new RolloutStubs(workflows);
        this.clock = clock;
    }

    public void start() {
        loop.start();
    }

    /**
     * Looks, too, for runs whose Route went while no controller was there.
     *
     * @param known whether a uid is that of a Route which is there, as {@link RolloutStubs#uid} has it
     */
    public void start(Predicate<String> known) {
        present = known;
        start();
        loop.enqueue(ALL);
    }

    @Override
    public void offer(Route route, RouteRollout rollout, boolean begins) {
        var key = ObjectKey.of(route);
        var offer = new Offer(RolloutStubs.uid(route), Objects.requireNonNullElse(rollout.candidateRevision(), ""));
        var before = uids.put(key, offer.uid());
        if (before != null && !before.equals(offer.uid())) {
            end(key, before);
        }
        // what begins is told whatever was told before: a workflow may have looked while its own last step hid it
        if (begins || (RouteRollout.PROGRESSING.equals(rollout.phase()) && !fresh(key, offer))) {
            waiting.put(key, offer);
            loop.enqueue(key);
        }
    }

    /** Whether nobody has to be told anything. */
    boolean idle() {
        return waiting.isEmpty() && gone.isEmpty();
    }

    private boolean fresh(ObjectKey key, Offer offer) {
        var told = known.get(key);
        return told != null
                && told.offer().equals(offer)
                && clock.instant().isBefore(told.when().plus(AGAIN));
    }

    @Override
    public void forget(ObjectKey route) {
        waiting.remove(route);
        known.remove(route);
        var uid = uids.remove(route);
        if (uid != null) {
            end(route, uid);
        }
    }

    private void end(ObjectKey route, String uid) {
        gone.add(new Gone(route, uid));
        loop.enqueue(route);
    }

    @Override
    public void close() {
        loop.close();
    }

    private Outcome start(ObjectKey key) {
        if (key.equals(ALL)) {
            stubs.open()
                    .filter(run -> !present.test(run.uid()))
                    .forEach(run -> stubs.lookAgain(run.namespace(), run.route(), run.uid()));
            return Outcome.done();
        }
        for (var one : List.copyOf(gone)) {
            if (one.route().equals(key)) {
                stubs.lookAgain(key.namespace(), key.name(), one.uid());
                gone.remove(one);
            }
        }
        var offer = waiting.get(key);
        if (offer != null) {
            var workflow = stubs.of(key.namespace(), key.name(), offer.uid());
            var batch = stubs.client().newSignalWithStartRequest();
            batch.add(workflow::run, RolloutStubs.ref(key.namespace(), key.name(), offer.uid()));
            batch.add(workflow::offered, offer.candidate());
            stubs.client().signalWithStart(batch);
            known.put(key, new Told(offer, clock.instant()));
            waiting.remove(key, offer);
        }
        return Outcome.done();
    }
}
