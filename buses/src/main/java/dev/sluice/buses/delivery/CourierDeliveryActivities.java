package dev.sluice.buses.delivery;

import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.dispatch.Parcels;
import dev.sluice.buses.dispatch.Turns;
import dev.sluice.buses.metrics.SubscriptionMeters;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.DeliveryActivities;
import dev.sluice.workflows.delivery.DeliveryWorkflowImpl;
import dev.sluice.workflows.delivery.Parcel;
import dev.sluice.workflows.delivery.Subject;
import dev.sluice.workflows.delivery.Tried;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the attempts of a round with the same courier as the dispatcher, to wherever the subscription points now. */
public final class CourierDeliveryActivities implements DeliveryActivities {
    private static final Logger LOG = LoggerFactory.getLogger(CourierDeliveryActivities.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    /** What Temporal may take to hear of a round that has ended. */
    private static final Duration TELL = Duration.ofSeconds(10);
    /** For one turn: a worker makes a bounded number of rounds at a time, and other subscriptions want theirs. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(10);

    private static final Duration MOST_PATIENCE = Duration.ofMinutes(5);

    private final Dispatcher dispatcher;
    private final Courier courier;
    private final ClaimStore claims;
    private final RecentEvents recent;
    private final Clock clock;

    public CourierDeliveryActivities(
            Dispatcher dispatcher, Courier courier, ClaimStore claims, RecentEvents recent, Clock clock) {
        this.recent = recent;
        this.dispatcher = dispatcher;
        this.courier = courier;
        this.claims = claims;
        this.clock = clock;
    }

    @Override
    public Report attempt(Round round) {
        var subscription = dispatcher.subscription(round.subject().uid());
        if (dispatcher.isClosed()) {
            throw ApplicationFailure.newBuilder()
                    .setMessage("this process is ending")
                    .setType(STOPPING)
                    .setCategory(ApplicationErrorCategory.BENIGN)
                    .build();
        }
        if (subscription.isEmpty()) {
            return new Report(true, null, List.of());
        }
        var to = subscription.get();
        if (to.terms().paused()) {
            return new Report(false, to.policy(), List.of(), to.terms().deadLetterSink() != null, true, null);
        }
        return make(round, to);
    }

    private Report make(Round round, SubscriptionSettings to) {
        var context = Activity.getExecutionContext();
        long lastBegin = lastBegin(context, to);
        var results = new ConcurrentLinkedQueue<Result>();
        var width = new Semaphore(DeliveryWorkflowImpl.ROUND_WIDTH);
        int begun = 0;
        try {
            for (var event : round.events()) {
                // what may begin before Temporal hears more counts when this process dies: an event that kills it must
                var behind = stamps(round, begun + DeliveryWorkflowImpl.ROUND_WIDTH);
                BooleanSupplier heartbeat = () -> heartbeat(context, report(to, results, behind));
                while (!width.tryAcquire(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                    var _ = heartbeat.getAsBoolean();
                }
                var turn = turn(event, to, lastBegin, heartbeat);
                if (turn.isEmpty()) {
                    width.release();
                    break;
                }
                begun++;
                Thread.startVirtualThread(() -> {
                    try (var _ = turn.get()) {
                        results.add(attempt(to, event));
                    } finally {
                        width.release();
                    }
                });
            }
            var untried = stamps(round, begun);
            do {
                heartbeat(context, report(to, results, untried));
            } while (!width.tryAcquire(DeliveryWorkflowImpl.ROUND_WIDTH, HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            // the worker stops: what is finished is told, and what was not begun; the rest counts as unknown
            Thread.currentThread().interrupt();
        }
        return report(to, results, stamps(round, begun));
    }

    /** Of those that come after so many. */
    private static List<String> stamps(Round round, int begun) {
        return round.events().stream()
                .skip(begun)
                .map(event -> event.parcel().stamp())
                .toList();
    }

    /** What begins later may not be told in time. */
    private static long lastBegin(ActivityExecutionContext context, SubscriptionSettings to) {
        var all = context.getInfo().getStartToCloseTimeout();
        // an attempt may take its timeout twice: the subscriber, then the reply
        return System.nanoTime()
                + all.minus(to.policy().timeout().multipliedBy(2)).minus(TELL).toNanos();
    }

    /** Waits for the turn of one attempt; empty when it does not come in this round, or nobody waits for the round any more. */
    private Optional<Turns.Turn> turn(
            Numbered event, SubscriptionSettings to, long lastBegin, BooleanSupplier heartbeat)
            throws InterruptedException {
        var turns = dispatcher.turns(to.uid());
        if (turns.isEmpty()) {
            return Optional.empty(); // the subscription was deleted
        }
        boolean isBig = event.parcel().headers().containsKey(Parcel.CLAIM);
        var patience = patience(to.policy());
        long giveUp = System.nanoTime() + patience.toNanos();
        if (!heartbeat.getAsBoolean() || System.nanoTime() - lastBegin >= 0 || !mayBegin(to.uid())) {
            return Optional.empty();
        }
        try (var awaited = new AwaitedTurn(turns.get(), isBig, patience)) {
            do {
                var turn = awaited.within(HEARTBEAT);
                if (turn.isPresent()) {
                    return turn;
                }
            } while (heartbeat.getAsBoolean()
                    && System.nanoTime() - lastBegin < 0
                    && System.nanoTime() - giveUp < 0
                    && mayBegin(to.uid()));
        }
        return Optional.empty();
    }

    /** First attempts that are before it may take all their time. */
    private static Duration patience(DeliveryPolicy policy) {
        var wanted = policy.timeout().multipliedBy(2);
        if (wanted.compareTo(MOST_PATIENCE) > 0) {
            return MOST_PATIENCE;
        }
        return wanted.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : wanted;
    }

    private boolean mayBegin(String uid) {
        var now = dispatcher.subscription(uid);
        return !dispatcher.isClosed() && now.isPresent() && !now.get().terms().paused();
    }

    @Override
    public void settled(Subject subject, List<String> stamps) {
        dispatcher.settled(subject.uid(), stamps);
    }

    @Override
    public void release(Subject subject, List<String> released) {
        claims.release(released, subject.uid());
    }

    private Result attempt(SubscriptionSettings to, Numbered event) {
        try {
            return tried(to, event);
        } catch (RuntimeException | Error e) {
            LOG.atError()
                    .addKeyValue("namespace", to.namespace())
                    .addKeyValue("subscription", to.name())
                    .addKeyValue("event", event.parcel().stamp())
                    .setCause(e)
                    .log("an attempt ended with an error of this process; it counts as one that failed");
            return new Result(event.parcel().stamp(), Parcels.broken(event.number(), clock.instant(), e));
        }
    }

    private Result tried(SubscriptionSettings to, Numbered event) {
        var parcel = event.parcel();
        var whole = claims.whole(Parcels.event(parcel), to.channel());
        if (whole.isEmpty()) {
            var before = new Tried(
                    event.number(), clock.millis(), Verdict.DELIVERED, 0, "settled before; nothing was attempted", 0);
            return new Result(parcel.stamp(), before);
        }
        var message = whole.get();
        var meters = dispatcher.meters(to.uid());
        if (event.failure() != null) {
            var letter = courier.deadLetter(to, message, parcel.stamp(), event.number(), event.failure());
            meters.ifPresent(m -> m.tried(SubscriptionMeters.Turn.DEAD_LETTER, message, letter));
            recent.deadLetter(to, message, parcel.stamp(), event.number(), letter);
            return new Result(parcel.stamp(), Parcels.tried(event.number(), clock.instant(), letter));
        }
        var attempt = courier.deliver(to, message, parcel.stamp(), event.number());
        meters.ifPresent(m -> m.tried(SubscriptionMeters.Turn.RETRY, message, attempt));
        recent.tried(to, message, parcel.stamp(), event.number(), attempt);
        dispatcher.heard(to.uid(), attempt.verdict());
        return new Result(parcel.stamp(), Parcels.tried(event.number(), clock.instant(), attempt));
    }

    /** As often as one likes: Temporal's SDK sends what its server needs. False when nobody waits for the round any more. */
    private static boolean heartbeat(ActivityExecutionContext context, Report report) {
        try {
            context.heartbeat(report);
            return true;
        } catch (ActivityCompletionException _) {
            return false; // the attempts that were begun are finished all the same
        }
    }

    private static Report report(SubscriptionSettings to, Queue<Result> results, List<String> untried) {
        return new Report(
                false, to.policy(), List.copyOf(results), to.terms().deadLetterSink() != null, false, untried);
    }
}
