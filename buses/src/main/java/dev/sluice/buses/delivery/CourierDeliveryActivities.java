package dev.sluice.buses.delivery;

import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.dispatch.Parcels;
import dev.sluice.buses.metrics.SubscriptionMeters;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.DeliveryActivities;
import dev.sluice.workflows.delivery.DeliveryWorkflowImpl;
import dev.sluice.workflows.delivery.Subject;
import dev.sluice.workflows.delivery.Tried;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Clock;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Makes the attempts of a round with the same courier as the dispatcher, to wherever the subscription points now. */
public final class CourierDeliveryActivities implements DeliveryActivities {
    private static final long HEARTBEAT_MILLIS = 1_000;

    private final Dispatcher dispatcher;
    private final Courier courier;
    private final ClaimStore claims;
    private final Clock clock;

    public CourierDeliveryActivities(Dispatcher dispatcher, Courier courier, ClaimStore claims, Clock clock) {
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
            return new Report(false, to.policy(), List.of(), to.terms().deadLetterSink() != null, true);
        }
        var context = Activity.getExecutionContext();
        var results = new ConcurrentLinkedQueue<Result>();
        var width = new Semaphore(DeliveryWorkflowImpl.ROUND_WIDTH);
        var done = new CountDownLatch(round.events().size());
        try {
            for (var event : round.events()) {
                while (!width.tryAcquire(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS)) {
                    heartbeat(context, to, results);
                }
                Thread.startVirtualThread(() -> {
                    try {
                        results.add(attempt(to, event));
                    } finally {
                        width.release();
                        done.countDown();
                    }
                });
            }
            do {
                heartbeat(context, to, results);
            } while (!done.await(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            // the worker stops: what is finished is told, the rest counts as unknown
            Thread.currentThread().interrupt();
        }
        return report(to, results);
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
            return new Result(parcel.stamp(), Parcels.tried(event.number(), clock.instant(), letter));
        }
        var attempt = courier.deliver(to, message, parcel.stamp(), event.number());
        meters.ifPresent(m -> m.tried(SubscriptionMeters.Turn.RETRY, message, attempt));
        dispatcher.heard(to.uid(), attempt.verdict());
        return new Result(parcel.stamp(), Parcels.tried(event.number(), clock.instant(), attempt));
    }

    private static void heartbeat(ActivityExecutionContext context, SubscriptionSettings to, Queue<Result> results) {
        try {
            context.heartbeat(report(to, results));
        } catch (ActivityCompletionException _) {
            // nobody waits for it any more; the attempts that were begun are finished all the same
        }
    }

    private static Report report(SubscriptionSettings to, Queue<Result> results) {
        return new Report(false, to.policy(), List.copyOf(results), to.terms().deadLetterSink() != null, false);
    }
}
