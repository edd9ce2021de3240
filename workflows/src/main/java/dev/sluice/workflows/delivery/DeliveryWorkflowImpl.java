package dev.sluice.workflows.delivery;

import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.Wire;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Rounds of attempts with timers between them. An attempt is never repeated by Temporal itself: its number travels with the
 * event, so what a dying worker left unknown counts as an attempt.
 */
public class DeliveryWorkflowImpl implements DeliveryWorkflow {
    private static final int ROUND_EVENTS = 100;
    private static final int ROUND_BYTES = 768 << 10;
    /** Attempts of one round that a worker makes at the same time. */
    public static final int ROUND_WIDTH = 8;

    /** The counter of events whose first delivery failed, by the phase that they came to. */
    static final String EVENTS = "sluice_delivery_events";

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    /** A paused subscription tells its workflows when it goes on; this is for the message that was lost. */
    private static final Duration PAUSED_LOOK = Duration.ofMinutes(10);

    /** Other events of the subscription had all the turns there were. */
    private static final Duration TURN_LOOK = Duration.ofSeconds(10);

    /** Of an event that was not tried, for the case that it misses the word that its subscriber is back. */
    private static final Duration WITHHELD_LOOK = Duration.ofSeconds(5);

    private static final String WITHHELD_CHANGE = "withheld-look";
    private static final String PARKED_CHANGE = "parked-memo";

    /** A process that ends takes rounds for a few seconds more; the next one takes them as soon as it is there. */
    private static final Duration STOPPING_LOOK = Duration.ofSeconds(1);

    private static final ActivityOptions HINT = ActivityOptions.newBuilder()
            .setStartToCloseTimeout(Duration.ofSeconds(10))
            .setScheduleToCloseTimeout(Duration.ofSeconds(30))
            .build();

    private static final ActivityOptions RELEASE = ActivityOptions.newBuilder()
            .setStartToCloseTimeout(Duration.ofSeconds(30))
            .setRetryOptions(RetryOptions.newBuilder()
                    .setMaximumInterval(Duration.ofMinutes(1))
                    .build())
            .build();

    private final Set<String> toldSettled = new HashSet<>();
    private final Ledger ledger;
    private Subject subject;
    private String phase = "";
    private int toldParked;
    private int changes;

    @WorkflowInit
    public DeliveryWorkflowImpl(DeliveryState state) {
        this.subject = state.subject();
        this.ledger = new Ledger(state.items());
        // the memo comes along, and what it says is not known here
        this.toldParked = Workflow.getInfo().getContinuedExecutionRunId().isPresent() ? -1 : 0;
    }

    @Override
    public Timeline deliver(DeliveryState ignored) {
        // the signal that comes with the start may be handled after this method begins
        Workflow.await(() -> ledger.anyOpen() || !ledger.items().isEmpty());
        do {
            settle();
            tellSettled(); // while it does, more may come
            release();
        } while (ledger.anyOpen() || ledger.anyReleased());
        tellPhase();
        Workflow.await(Workflow::isEveryHandlerFinished);
        return timeline();
    }

    /** Returns when nothing is open. */
    private void settle() {
        while (ledger.anyOpen()) {
            if (Workflow.getInfo().isContinueAsNewSuggested()) {
                Workflow.await(Workflow::isEveryHandlerFinished);
                release();
                Workflow.continueAsNew(new DeliveryState(subject, ledger.items()));
            }
            tellSettled();
            release();
            var due = ledger.due(Workflow.currentTimeMillis(), ROUND_EVENTS, ROUND_BYTES);
            if (due.isEmpty()) {
                tellPhase();
                await();
            } else {
                round(due);
            }
        }
    }

    private void tellSettled() {
        if (!subject.ordered()) {
            return;
        }
        var settled = ledger.items().stream()
                .filter(item -> item.phase().settled())
                .map(DeliveryState.Item::stamp)
                .filter(toldSettled::add)
                .toList();
        if (!settled.isEmpty()) {
            try {
                Workflow.newActivityStub(DeliveryActivities.class, HINT).settled(subject, settled);
            } catch (ActivityFailure e) {
                if (e.getCause() instanceof CanceledFailure canceled) {
                    throw canceled;
                }
                // the dispatcher looks by itself from time to time
            }
        }
    }

    /** Ends with success only, and then nothing is left to release: the next run would not know of it. */
    private void release() {
        while (ledger.anyReleased()) {
            Workflow.newActivityStub(DeliveryActivities.class, RELEASE).release(subject, ledger.takeReleased());
        }
    }

    private void await() {
        int seen = changes;
        var next = ledger.nextAttempt();
        if (next.isEmpty()) {
            Workflow.await(() -> changes != seen);
        } else {
            long wait = Math.max(1, next.getAsLong() - Workflow.currentTimeMillis());
            Workflow.await(Duration.ofMillis(wait), () -> changes != seen);
        }
    }

    private void round(List<DeliveryState.Item> due) {
        var events = due.stream()
                .map(item -> new DeliveryActivities.Numbered(
                        item.attempts() + 1, Objects.requireNonNull(item.parcel()), item.failure()))
                .toList();
        var told = attempt(new DeliveryActivities.Round(subject, events));
        if (told.isEmpty()) {
            ledger.postpone(Workflow.currentTimeMillis() + STOPPING_LOOK.toMillis());
            return;
        }
        var report = told.get();
        if (report.gone()) {
            ledger.orphan();
            count();
            return;
        }
        long now = Workflow.currentTimeMillis();
        if (report.policy() != null) {
            subject = new Subject(
                    subject.namespace(),
                    subject.subscription(),
                    subject.uid(),
                    report.policy(),
                    report.deadLetters(),
                    subject.ordered());
        }
        if (report.paused()) {
            ledger.postpone(now + PAUSED_LOOK.toMillis());
            return;
        }
        if (report.results().isEmpty() && !report.untried().isEmpty()) {
            ledger.postpone(now + TURN_LOOK.toMillis());
        }
        var known = new HashSet<>(report.untried());
        for (var result : report.results()) {
            known.add(result.stamp());
            ledger.tried(result.stamp(), result.tried(), subject, now);
        }
        for (var event : events) {
            if (!known.contains(event.parcel().stamp())) {
                var unknown = new Tried(
                        event.number(), now, Verdict.RETRY, 0, "outcome unknown: the worker stopped during it", 0);
                ledger.tried(event.parcel().stamp(), unknown, subject, now);
            }
        }
        count();
    }

    /** Empty when nothing was attempted, because the process that took the round is ending. */
    private Optional<DeliveryActivities.Report> attempt(DeliveryActivities.Round round) {
        try {
            return Optional.of(Workflow.newActivityStub(
                            DeliveryActivities.class,
                            options(subject.policy(), round.events().size()))
                    .attempt(round));
        } catch (ActivityFailure e) {
            return switch (e.getCause()) {
                case CanceledFailure canceled -> throw canceled;
                case TimeoutFailure timeout -> Optional.of(heartbeat(timeout));
                case ApplicationFailure failure
                when DeliveryActivities.STOPPING.equals(failure.getType()) -> Optional.empty();
                case null, default -> Optional.of(new DeliveryActivities.Report(false, null, List.of()));
            };
        }
    }

    private static DeliveryActivities.Report heartbeat(TimeoutFailure timeout) {
        var details = timeout.getLastHeartbeatDetails();
        return details.getSize() == 0
                ? new DeliveryActivities.Report(false, null, List.of())
                : details.get(DeliveryActivities.Report.class);
    }

    private static ActivityOptions options(DeliveryPolicy policy, int events) {
        // an attempt may take its timeout twice: the subscriber, then the reply; so may those whose turn is before the
        // first one's
        var longest =
                policy.timeout().multipliedBy(2L * (events / ROUND_WIDTH + 2)).plusSeconds(30);
        return ActivityOptions.newBuilder()
                .setStartToCloseTimeout(longest)
                .setHeartbeatTimeout(HEARTBEAT)
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .build();
    }

    /** For the metrics of the worker, which leave a replay out. */
    private void count() {
        ledger.takeEntered()
                .forEach((to, events) -> Workflow.getMetricsScope()
                        .tagged(Map.of(
                                "namespace_name", subject.namespace(),
                                "subscription", subject.subscription(),
                                "phase", to.name().toLowerCase(Locale.ROOT)))
                        .counter(EVENTS)
                        .inc(events));
    }

    private void tellPhase() {
        var now = ledger.any(Phase.WAITING) ? "waiting" : ledger.any(Phase.PARKED) ? "parked" : "done";
        if (!now.equals(phase)) {
            phase = now;
            Workflow.upsertTypedSearchAttributes(Wire.PHASE.valueSet(now));
        }
        int parked = ledger.count(Phase.PARKED);
        if (parked != toldParked
                && Workflow.getVersion(PARKED_CHANGE, Workflow.DEFAULT_VERSION, 1) != Workflow.DEFAULT_VERSION) {
            toldParked = parked;
            Workflow.upsertMemo(Map.of(Wire.PARKED_MEMO, parked));
        }
    }

    @Override
    public void add(Batch batch) {
        long now = Workflow.currentTimeMillis();
        for (var event : batch.events()) {
            if (ledger.add(event, subject, now, batch.rewoundMillis())) {
                toldSettled.remove(event.parcel().stamp()); // it is not any more
                if (event.tried().isEmpty()) {
                    lookSoon(event.parcel().stamp(), now + WITHHELD_LOOK.toMillis());
                }
                changes++;
            }
        }
        count();
    }

    private void lookSoon(String stamp, long when) {
        if (ledger.waitsBeyond(stamp, when)
                && Workflow.getVersion(WITHHELD_CHANGE, Workflow.DEFAULT_VERSION, 1) != Workflow.DEFAULT_VERSION) {
            ledger.dueAt(stamp, when);
        }
    }

    @Override
    public void poke() {
        ledger.hurry(Workflow.currentTimeMillis());
        changes++;
    }

    @Override
    public int replay(Chosen chosen) {
        changes++;
        int replayed = ledger.replay(chosen.stamps(), Workflow.currentTimeMillis());
        count();
        return replayed;
    }

    @Override
    public void mayReplay(Chosen chosen) {
        for (var stamp : chosen.stamps()) {
            if (!ledger.knows(stamp) || ledger.phase(stamp) != Phase.PARKED) {
                throw new IllegalArgumentException("event " + stamp + " is not parked here");
            }
        }
    }

    @Override
    public int drop(Chosen chosen) {
        changes++;
        int dropped = ledger.drop(chosen.stamps());
        count();
        return dropped;
    }

    @Override
    public void mayDrop(Chosen chosen) {
        for (var stamp : chosen.stamps()) {
            if (!ledger.knows(stamp) || !ledger.phase(stamp).open()) {
                throw new IllegalArgumentException("event " + stamp + " neither waits nor is parked here");
            }
        }
    }

    @Override
    public Timeline timeline() {
        return new Timeline(subject.namespace(), subject.subscription(), ledger.timeline());
    }
}
