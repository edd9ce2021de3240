package dev.sluice.serving.autoscale;

import dev.sluice.api.serving.ChildNames;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.pods.PodFeed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scales revisions: to the first pod at once when a request waits, else every two seconds for those that have pods. Pods go
 * only after every gateway has stopped sending to them and nothing is in flight. A sleeping revision costs nothing.
 */
public final class Autoscaler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Autoscaler.class);
    private static final Duration TICK = Duration.ofSeconds(2);
    private static final Duration REMEMBER = Duration.ofSeconds(5);

    private final Writes writes;
    private final PodFeed pods;
    private final Consumer<RevisionId> changed;
    private final Clock clock;
    private final Map<RevisionId, ScaledRevision> revisions = new ConcurrentHashMap<>();
    private final Set<RevisionId> busy = ConcurrentHashMap.newKeySet();
    private final EarlyStats early = new EarlyStats();
    private final ScaleDowns scaleDowns;
    private final @Nullable ScalingMemory memory;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("autoscaler-timer").daemon().factory());

    /**
     * @param changed is told when the view of a revision may have changed; must return at once
     * @param memory what an earlier process knew; null where gateways tell it again themselves
     */
    public Autoscaler(
            Writes writes,
            PodFeed pods,
            GatewayControl gateway,
            Consumer<RevisionId> changed,
            @Nullable ScalingMemory memory,
            Clock clock) {
        this.writes = writes;
        this.memory = memory;
        this.pods = pods;
        this.changed = changed;
        this.clock = clock;
        this.scaleDowns = new ScaleDowns(writes, pods, gateway, this::write, changed, clock);
    }

    public void start() {
        var _ = timer.scheduleAtFixedRate(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        if (memory != null) {
            var _ = timer.scheduleAtFixedRate(
                    () -> remember(memory), REMEMBER.toMillis(), REMEMBER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void remember(ScalingMemory memory) {
        memory.save(
                busy.stream()
                        .map(revisions::get)
                        .filter(Objects::nonNull)
                        .flatMap(revision -> revision.memory().stream())
                        .toList(),
                clock.instant());
    }

    /**
     * Takes a revision whose Deployment exists under its care, or its newer annotations to its heart.
     *
     * @param initialized whether an earlier process has seen it started
     */
    public ScaleView track(
            RevisionId id, ScalingSpec spec, Duration activationLimit, int replicas, boolean initialized) {
        var now = clock.instant();
        var revision = revisions.computeIfAbsent(id, _ -> {
            var fresh = new ScaledRevision(id, spec, activationLimit, replicas, pods.ready(id), initialized, now);
            if (memory != null) {
                memory.take(id, now).ifPresent(before -> fresh.resume(before.before(), before.gap(), now));
            }
            return fresh;
        });
        boolean other = revision.respec(spec, activationLimit);
        revision.pods(pods.ready(id), now);
        early.take(id).forEach(stat -> saw(revision, stat.second(), stat.stat(), now));
        if (revision.busy()) {
            busy.add(id);
        }
        if (other) {
            decideSoon(id);
        }
        return revision.view();
    }

    /** Pods of a revision that take requests, whoever scales it. */
    public int ready(RevisionId id) {
        return pods.ready(id);
    }

    public Optional<ScaleView> view(RevisionId id) {
        return Optional.ofNullable(revisions.get(id)).map(ScaledRevision::view);
    }

    /** Of every revision that this scales. */
    public List<ScaleNumbers> numbers() {
        return revisions.values().stream().map(ScaledRevision::numbers).toList();
    }

    public void forget(RevisionId id) {
        revisions.remove(id);
        busy.remove(id);
        scaleDowns.forget(id);
        early.take(id);
    }

    /** The Deployment of a revision now asks for so many pods, whoever wrote that. */
    public void replicas(RevisionId id, int replicas) {
        var revision = revisions.get(id);
        if (revision != null) {
            revision.observed(replicas, clock.instant());
            if (revision.busy()) {
                busy.add(id);
            }
        }
    }

    /** The pods of a revision have changed. */
    public void podsChanged(RevisionId id) {
        var revision = revisions.get(id);
        if (revision == null) {
            return;
        }
        revision.pods(pods.ready(id), clock.instant());
        scaleDowns.podsChanged(revision);
        changed.accept(id);
    }

    /** A request waits for a pod of this revision. */
    public void wake(RevisionId id) {
        var revision = revisions.get(id);
        if (revision == null) {
            return;
        }
        busy.add(id);
        var step = revision.woken(clock.instant());
        if (step.isPresent()) {
            carryOut(revision, step.get());
        } else if (revision.cancelShrinking()) {
            scaleDowns.uncordon(id);
        }
        changed.accept(id);
    }

    /** What one gateway saw in one second, be it the last one or a piece of history that it tells again. */
    public void stats(Instant second, List<RevisionStat> stats) {
        var now = clock.instant();
        for (var stat : stats) {
            var revision = revisions.get(stat.revision());
            if (revision == null) {
                early.keep(second, stat, now);
            } else {
                saw(revision, second, stat, now);
            }
        }
    }

    private void saw(ScaledRevision revision, Instant second, RevisionStat stat, Instant now) {
        switch (revision.saw(second, stat, now)) {
            case NOTHING -> {}
            case WAKE -> wake(stat.revision());
            case DECIDE -> decideSoon(stat.revision());
        }
        if (revision.busy()) {
            busy.add(stat.revision());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        if (memory != null) {
            remember(memory);
        }
    }

    private void tick() {
        List.copyOf(busy).forEach(this::decide);
    }

    private void decideSoon(RevisionId id) {
        busy.add(id);
        try {
            timer.execute(() -> decide(id));
        } catch (RejectedExecutionException _) {
            // closed meanwhile
        }
    }

    private void decide(RevisionId id) {
        try {
            var revision = revisions.get(id);
            if (revision == null || !revision.busy()) {
                busy.remove(id);
                return;
            }
            var before = revision.view();
            revision.decide(clock.instant()).ifPresent(step -> carryOut(revision, step));
            if (!before.equals(revision.view())) {
                changed.accept(id);
            }
        } catch (RuntimeException e) { // one revision's trouble must not stop the others
            LOG.atError().addKeyValue("revision", id).setCause(e).log("deciding on the scale failed");
        }
    }

    private void carryOut(ScaledRevision revision, ScaledRevision.Step step) {
        switch (step) {
            case ScaledRevision.Step.Grow(int _) ->
                Thread.ofVirtual().name("scale " + revision.id()).start(() -> write(revision));
            case ScaledRevision.Step.Shrink(int to) -> scaleDowns.start(revision, to);
            case ScaledRevision.Step.Restore() -> scaleDowns.uncordon(revision.id());
        }
    }

    /** Until nothing is left to write: what another thread asks for meanwhile is written by this one. */
    private void write(ScaledRevision revision) {
        for (var to = revision.beginWrite(); to.isPresent(); to = revision.beginWrite()) {
            write(revision, to.getAsInt());
        }
        scaleDowns.podsChanged(revision); // a pod that was to go may stay after all
        changed.accept(revision.id());
    }

    private void write(ScaledRevision revision, int to) {
        var id = revision.id();
        boolean there;
        try {
            there = writes.scale(new ObjectKey(id.namespace(), ChildNames.deployment(id.name())), to);
        } catch (RuntimeException e) { // a boundary: the next wake or tick tries again
            LOG.atWarn()
                    .addKeyValue("revision", id)
                    .addKeyValue("replicas", to)
                    .setCause(e)
                    .log("applying a scale failed");
            revision.notWritten(clock.instant());
            return;
        }
        if (there) {
            revision.written(to, clock.instant());
        } else {
            revision.gone();
        }
    }
}
