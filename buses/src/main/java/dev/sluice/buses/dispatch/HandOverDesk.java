package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.SubscriptionMeters;
import dev.sluice.workflows.delivery.Tried;
import dev.sluice.workflows.delivery.Undelivered;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the failed events of one subscription for a moment and hands them over together. The bus gets its acknowledgement
 * only after that is confirmed; until then they stay there, and a full desk pauses the subscription.
 */
final class HandOverDesk {
    private static final Logger LOG = LoggerFactory.getLogger(HandOverDesk.class);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long AGAIN_MILLIS = 1_000;

    private final HandOver handOver;
    private final DispatchLimits limits;
    private final Supplier<SubscriptionSettings> settings;
    private final SubscriptionMeters meters;
    private final Supplier<Instant> rewound;
    private final Semaphore slots;
    private final LinkedBlockingQueue<Failed> queue = new LinkedBlockingQueue<>();
    /** For the next batch, as the one before had no room for it. Of the thread that runs this. */
    private @Nullable Failed over;

    private record Failed(Bus.Delivery delivery, List<Tried> tried, int bytes, int searchable) {
        static Failed of(Bus.Delivery delivery, List<Tried> tried) {
            try {
                var event = delivery.event();
                return new Failed(delivery, tried, event.reference().size(), Searchable.bytes(event.id()));
            } catch (RuntimeException | Error _) { // packing it says so
                return new Failed(delivery, tried, 0, 0);
            }
        }
    }

    HandOverDesk(
            HandOver handOver,
            DispatchLimits limits,
            Supplier<SubscriptionSettings> settings,
            SubscriptionMeters meters,
            Supplier<Instant> rewound) {
        this.handOver = handOver;
        this.limits = limits;
        this.settings = settings;
        this.meters = meters;
        this.rewound = rewound;
        this.slots = new Semaphore(limits.handOverSlots());
    }

    /** Waits while the desk is full. */
    void take(Bus.Delivery delivery, List<Tried> tried) throws InterruptedException {
        slots.acquire();
        queue.add(Failed.of(delivery, tried));
    }

    /** Until interrupted. */
    void run() {
        try {
            while (true) {
                var first = over == null ? queue.take() : over;
                over = null;
                passEach(collect(first));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Failed> collect(Failed first) throws InterruptedException {
        var batch = new ArrayList<>(List.of(first));
        int bytes = first.bytes();
        int searchable = first.searchable();
        long until = System.nanoTime() + limits.linger().toNanos();
        while (batch.size() < limits.batchEvents()) {
            var next = queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            bytes += next.bytes();
            searchable += next.searchable();
            if (bytes > limits.batchBytes() || searchable >= Searchable.MOST_BYTES) {
                over = next;
                break;
            }
            batch.add(next);
        }
        return batch;
    }

    /** An event that cannot be packed must not keep the others. */
    private void passEach(List<Failed> batch) throws InterruptedException {
        try {
            pass(batch);
        } catch (RuntimeException | Error e) {
            if (batch.size() > 1) {
                for (var one : batch) {
                    passEach(List.of(one));
                }
                return;
            }
            LOG.atError()
                    .addKeyValue("subscription", settings.get().name())
                    .addKeyValue("event", batch.getFirst().delivery.stamp())
                    .setCause(e)
                    .log("a failed event cannot be handed over; it is tried again behind those that wait");
            Thread.sleep(AGAIN_MILLIS);
            queue.addAll(batch);
        }
    }

    private void pass(List<Failed> batch) throws InterruptedException {
        handOver(
                batch.stream().map(Failed::delivery).toList(),
                batch.stream()
                        .map(failed -> new Undelivered(
                                Parcels.of(failed.delivery.stamp(), failed.delivery.event()), failed.tried))
                        .toList());
        var _ = CompletableFuture.allOf(batch.stream()
                        .map(failed -> Acknowledgement.of(failed.delivery))
                        .toArray(CompletableFuture[]::new))
                .whenComplete((_, _) -> slots.release(batch.size()));
    }

    private void inHalves(List<Bus.Delivery> deliveries, List<Undelivered> events, RuntimeException refusal)
            throws InterruptedException {
        LOG.atWarn()
                .addKeyValue("subscription", settings.get().name())
                .addKeyValue("events", events.size())
                .addKeyValue("cause", String.valueOf(refusal.getMessage()))
                .log("failed deliveries are refused as one batch; they are handed over in halves");
        int half = events.size() / 2;
        handOver(deliveries.subList(0, half), events.subList(0, half));
        handOver(deliveries.subList(half, events.size()), events.subList(half, events.size()));
    }

    /** Returns once it is confirmed. */
    void handOver(List<Bus.Delivery> deliveries, List<Undelivered> events) throws InterruptedException {
        var first = deliveries.getFirst().stamp();
        long pause = FIRST_PAUSE_MILLIS;
        for (int attempt = 1; ; attempt++) {
            try {
                deliveries.forEach(delivery -> delivery.handedOver(first));
                handOver.handOver(settings.get(), events, rewound.get());
                break;
            } catch (RuntimeException e) {
                if (e instanceof HandOver.TooMuchException && events.size() > 1) {
                    inHalves(deliveries, events, e);
                    return;
                }
                if (attempt == 1 || pause == LONGEST_PAUSE_MILLIS) {
                    LOG.atWarn()
                            .addKeyValue("subscription", settings.get().name())
                            .addKeyValue("events", events.size())
                            .addKeyValue("attempt", attempt)
                            .addKeyValue("cause", String.valueOf(e.getMessage()))
                            .log("failed deliveries stay in the bus: the hand-over to Temporal did not succeed");
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
        meters.handedOver(events.size());
    }
}
