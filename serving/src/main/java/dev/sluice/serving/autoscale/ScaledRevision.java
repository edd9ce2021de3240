package dev.sluice.serving.autoscale;

import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.autoscale.ZeroGate;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The scaling of one revision: what was seen, what phase it is in, and what is to be done next. It decides and remembers;
 * {@link Autoscaler} carries out. Its own lock guards it; nothing blocks while it is held.
 */
final class ScaledRevision {
    /** An event of the Deployment may be older than our own write: until it shows what we wrote it is not believed. */
    private static final Duration ECHO_LIMIT = Duration.ofSeconds(10);

    /** What is to be done to the Deployment. */
    sealed interface Step {
        /** More pods, or the first one. */
        record Grow(int to) implements Step {}

        /** Fewer pods, none of which may have anything in flight. */
        record Shrink(int to) implements Step {}

        /** The pods that were about to go are wanted again. */
        record Restore() implements Step {}
    }

    /** A shrinking under way; its identity tells a later one from it. */
    private static final class Shrinking {
        final int to;

        Shrinking(int to) {
            this.to = to;
        }
    }

    /** What was seen longer ago than this is history: it counts in averages and wakes nobody. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final RevisionId id;
    private ScalingSpec spec;
    private Duration activationLimit;
    private final Demand demand;
    private ZeroGate.Phase phase;
    private Instant phaseSince;
    private int replicas;
    /** Replicas of the Deployment as far as is known: what its last event said, or our last write. */
    private int stands;
    /** Nobody has begun to write {@link #replicas} yet. */
    private boolean unwritten;

    private boolean writing;
    private int expected = -1;
    private Instant expectedSince = Instant.EPOCH;
    private boolean initialized;
    private boolean timedOut;
    private boolean wanted;
    private @Nullable Shrinking shrinking;
    private int desired;
    private int ready;
    /** It goes on from an earlier process, and its pods have not been seen since. */
    private boolean resumed;

    ScaledRevision(
            RevisionId id,
            ScalingSpec spec,
            Duration activationLimit,
            int replicas,
            int ready,
            boolean initialized,
            Instant now) {
        this.id = id;
        this.spec = spec;
        this.activationLimit = activationLimit;
        this.demand = new Demand(spec, ready, now);
        this.replicas = replicas;
        this.stands = replicas;
        this.desired = replicas;
        this.ready = ready;
        this.initialized = initialized;
        this.phase = replicas == 0 ? ZeroGate.Phase.INACTIVE : ZeroGate.Phase.ACTIVATING;
        this.phaseSince = now;
        settle(now);
    }

    RevisionId id() {
        return id;
    }

    /** What another process needs to go on, unless the revision sleeps. */
    synchronized Optional<ScalingMemory.Remembered> memory() {
        if (!busy()) {
            return Optional.empty();
        }
        return Optional.of(new ScalingMemory.Remembered(
                id,
                spec.metric(),
                phase,
                phaseSince,
                demand.state(),
                demand.memory().orElse(null)));
    }

    /** Goes on from where an earlier process was, as if the time since, {@code gap}, had not been. */
    synchronized void resume(ScalingMemory.Remembered before, Duration gap, Instant now) {
        if (replicas == 0) {
            return; // it has gone to sleep meanwhile
        }
        demand.resume(before, gap);
        phase = before.phase();
        phaseSince = before.phaseSince().plus(gap);
        resumed = true;
        settle(now);
    }

    /** Takes over what the revision asks for now; true when that may change what is to be done. */
    synchronized boolean respec(ScalingSpec newer, Duration limit) {
        demand.respec(newer);
        boolean other = !newer.equals(spec);
        spec = newer;
        activationLimit = limit;
        return other;
    }

    synchronized void observed(int replicasNow, Instant now) {
        stands = replicasNow;
        believe(now);
    }

    /** Takes over what the Deployment says, unless that may be older than what we write. */
    private void believe(Instant now) {
        if (expected >= 0) {
            boolean early = unwritten || writing || now.isBefore(expectedSince.plus(ECHO_LIMIT));
            if (stands != expected && early) {
                return;
            }
            expected = -1;
        }
        replicas = stands;
        settle(now);
    }

    synchronized void pods(int readyNow, Instant now) {
        ready = readyNow;
        if (ready > 0 && !demand.known()) {
            demand.begin(now);
        }
        settle(now);
    }

    /** A request waits. The step to take at once, if there is none under way. */
    synchronized Optional<Step> woken(Instant now) {
        wanted = true;
        timedOut = false;
        demand.begin(now);
        activate(now);
        if (shrinking != null || replicas > 0) {
            return Optional.empty();
        }
        return grow(spec.wakeScale(), now);
    }

    /** What a report of a gateway makes necessary. */
    enum Seen {
        NOTHING,
        /** The revision sleeps although requests wait. */
        WAKE,
        /** Requests wait although there are pods: more may be needed before the next tick. */
        DECIDE
    }

    /** One second of one gateway. */
    synchronized Seen saw(Instant second, RevisionStat stat, Instant now) {
        demand.add(second, stat);
        if (second.isBefore(now.minus(FRESH))) {
            return Seen.NOTHING;
        }
        if (stat.averageConcurrency() > 0 || stat.requests() > 0) {
            activate(now);
        }
        if (stat.queued() == 0) {
            return Seen.NOTHING;
        }
        return replicas == 0 ? Seen.WAKE : Seen.DECIDE;
    }

    /** Whether the periodic decision has anything to look at. */
    synchronized boolean busy() {
        return replicas > 0 || ready > 0 || wanted || contradicted() || (spec.keepsPods() && initialized);
    }

    /** The last event of the Deployment does not show what we wrote: it was an older one, or somebody else wrote too. */
    private boolean contradicted() {
        return expected >= 0 && stands != expected && !unwritten;
    }

    /** The periodic decision. */
    synchronized Optional<Step> decide(Instant now) {
        if (contradicted()) {
            believe(now);
        }
        settle(now);
        wanted = false;
        if (replicas == 0) {
            return spec.keepsPods() && initialized && shrinking == null
                    ? grow(spec.bounded(0, true), now)
                    : Optional.empty();
        }
        var asked = asked(now);
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        int want = asked.get();
        if (shrinking != null) {
            if (want <= shrinking.to) {
                return Optional.empty(); // it goes on, and further at a later tick
            }
            shrinking = null;
            activate(now);
            desired = want;
            return Optional.of(new Step.Restore()); // how many pods that needs is for the next tick to say
        }
        if (want == 0) {
            return zero(now);
        }
        if (phase == ZeroGate.Phase.INACTIVE) {
            activate(now);
        }
        if (want > replicas) {
            return grow(want, now);
        }
        return want < replicas ? shrink(want) : Optional.empty();
    }

    /** How many pods the load asks for, within bounds; empty while that is not known. */
    private Optional<Integer> asked(Instant now) {
        if (!demand.known()) {
            if (phase == ZeroGate.Phase.ACTIVATING) {
                return Optional.of(0); // no pod came up: the gate knows how long to wait
            }
            demand.begin(now);
            return Optional.empty();
        }
        return Optional.of(spec.bounded(demand.wanted(ready, now), initialized));
    }

    /** Says that a shrinking has come to {@code now} pods; false when it was stopped, and nothing may be written. */
    synchronized boolean shrunk(Object token, int replicasNow, boolean last, Instant now) {
        var current = shrinking;
        if (current == null || !token.equals(current)) {
            return false;
        }
        int target = current.to;
        if (last) {
            shrinking = null;
        }
        wrote(replicasNow, now);
        desired = target;
        return true;
    }

    /** Ends a shrinking that could not be carried out; false when it had been stopped before. */
    synchronized boolean abandonShrinking(Object token, Instant now) {
        if (!token.equals(shrinking)) {
            return false;
        }
        shrinking = null;
        activate(now);
        return true;
    }

    synchronized @Nullable Object shrinking() {
        return shrinking;
    }

    /** Stops a shrinking because pods are wanted again; true when one was under way. */
    synchronized boolean cancelShrinking() {
        boolean was = shrinking != null;
        shrinking = null;
        return was;
    }

    /**
     * The number of replicas to write now; empty when nothing is to be written, or a write is under way, whose end asks again. So
     * writes of one revision never overtake each other. Its end is {@link #written}, {@link #notWritten} or {@link #gone}.
     */
    synchronized OptionalInt beginWrite() {
        if (writing || !unwritten) {
            return OptionalInt.empty();
        }
        writing = true;
        unwritten = false;
        return OptionalInt.of(replicas);
    }

    synchronized void written(int to, Instant now) {
        writing = false;
        if (unwritten || expected == to) { // else an event has told of it, or of something newer
            stands = to;
            expectedSince = now;
        }
    }

    /** A write failed: the Deployment is as it was, unless something newer is to be written. */
    synchronized void notWritten(Instant now) {
        writing = false;
        if (!unwritten) {
            expected = -1;
            replicas = stands;
            settle(now);
        }
    }

    /** There is no Deployment. */
    synchronized void gone() {
        writing = false;
        unwritten = false;
        expected = -1;
        stands = 0;
        replicas = 0;
    }

    synchronized int replicas() {
        return replicas;
    }

    synchronized ScaleView view() {
        var shown = switch (phase) {
            case ACTIVATING -> ScaleView.State.ACTIVATING;
            case ACTIVE -> ScaleView.State.ACTIVE;
            case INACTIVE -> ScaleView.State.INACTIVE;
        };
        return new ScaleView(shown, ready, desired, initialized, timedOut);
    }

    /** Of the load only while there is one to be decided on: a revision that sleeps has none. */
    synchronized ScaleNumbers numbers() {
        var load = demand.numbers();
        return new ScaleNumbers(
                id,
                desired,
                replicas,
                ready,
                busy() ? load : new ScaleNumbers.Load(load.metric(), 0, 0, load.target(), 0, false));
    }

    private Optional<Step> zero(Instant now) {
        return switch (ZeroGate.decide(spec, phase, phaseSince, activationLimit, now)) {
            case ZeroGate.Verdict.Keep(int pods, Duration _) ->
                replicas > pods && phase != ZeroGate.Phase.ACTIVATING ? shrink(pods) : Optional.empty();
            case ZeroGate.Verdict.Deactivate() -> {
                enter(ZeroGate.Phase.INACTIVE, now);
                yield zero(now); // with no grace period, at once
            }
            case ZeroGate.Verdict.Release() -> shrink(0);
            case ZeroGate.Verdict.GiveUp() -> {
                timedOut = true;
                enter(ZeroGate.Phase.INACTIVE, now);
                yield shrink(0);
            }
        };
    }

    private Optional<Step> grow(int to, Instant now) {
        wrote(to, now);
        return Optional.of(new Step.Grow(to));
    }

    private Optional<Step> shrink(int to) {
        shrinking = new Shrinking(to);
        desired = to;
        return Optional.of(new Step.Shrink(to));
    }

    private void wrote(int to, Instant now) {
        replicas = to;
        unwritten = true;
        expected = to;
        expectedSince = now;
        desired = to;
        settle(now);
    }

    private void activate(Instant now) {
        if (phase == ZeroGate.Phase.INACTIVE) {
            enter(ready >= minReady() ? ZeroGate.Phase.ACTIVE : ZeroGate.Phase.ACTIVATING, now);
            desired = Math.max(desired, 1);
        }
    }

    private void settle(Instant now) {
        if (ready >= spec.minReady(initialized) && (ready > 0 || spec.minReady(initialized) == 0)) {
            initialized = true;
        }
        resumed &= replicas > 0 && ready < minReady();
        if (phase == ZeroGate.Phase.INACTIVE) {
            return;
        }
        if (replicas == 0 && !wanted) {
            enter(ZeroGate.Phase.INACTIVE, now);
        } else if (!resumed || phase != ZeroGate.Phase.ACTIVE) { // pods that come back with us were active before
            enter(ready >= minReady() ? ZeroGate.Phase.ACTIVE : ZeroGate.Phase.ACTIVATING, now);
        }
    }

    private int minReady() {
        return spec.reachable() ? spec.minReady(initialized) : 1;
    }

    private void enter(ZeroGate.Phase next, Instant now) {
        if (phase != next) {
            phase = next;
            phaseSince = now;
        }
    }
}
