package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.workflows.delivery.Tried;
import dev.sluice.workflows.delivery.Undelivered;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of an ordered subscription that have a key. One that fails is handed over on its own, stays unacknowledged, and the ones of
 * its key wait here and in the bus until its workflow has settled it. So after a kill the bus gives it again before them, and the first
 * event of each key that comes then is looked for among the workflows before it is attempted.
 */
final class InOrder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InOrder.class);
    private static final long ASK_AGAIN_MILLIS = 1_000;

    private final HandOver handOver;
    private final HandOverDesk desk;
    private final FirstAttempt first;
    private final Supplier<SubscriptionSettings> settings;
    private final Semaphore held;
    private final Lanes lanes;
    private final Supplier<Instant> rewound;
    private final Clock clock;
    private volatile boolean stopping;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Makes the attempt that is made here. */
    interface FirstAttempt {
        /** Empty when it was delivered; else what was tried, which is nothing while the subscriber is known to be ill. */
        Optional<List<Tried>> attempt(Bus.Delivery delivery) throws InterruptedException;
    }

    /** @param rewound when what its channel took was last given again on purpose */
    InOrder(
            HandOver handOver,
            HandOverDesk desk,
            FirstAttempt first,
            Supplier<SubscriptionSettings> settings,
            DispatchLimits limits,
            Supplier<Instant> rewound,
            Clock clock) {
        this.handOver = handOver;
        this.desk = desk;
        this.first = first;
        this.settings = settings;
        this.held = new Semaphore(limits.handOverSlots());
        this.lanes = new Lanes(held::release);
        this.rewound = rewound;
        this.clock = clock;
    }

    /** Waits while too many wait here already. */
    void take(String key, Bus.Delivery delivery) throws InterruptedException {
        held.acquire();
        switch (lanes.enter(key, delivery)) {
            case UNDER_WAY -> threads.execute(() -> run(key, delivery));
            case WAITS -> {}
            case KNOWN, STALE -> held.release();
        }
    }

    private void run(String key, Bus.Delivery delivery) {
        try {
            for (var next = Optional.of(delivery); next.isPresent() && !stopping; ) {
                deliver(next.get());
                var advance = lanes.advance(key);
                var _ = Acknowledgement.of(advance.done()).whenComplete((_, _) -> held.release());
                next = advance.next();
            }
        } catch (InterruptedException _) {
            // stopping: what is not acknowledged comes again after the start
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Bus.Delivery delivery) throws InterruptedException {
        if (mayBeElsewhere(delivery) && handedOverBefore(delivery.stamp())) {
            awaitSettled(delivery);
            return;
        }
        var tried = attempt(delivery);
        if (tried.isPresent()) {
            handOver(delivery, tried.get());
            awaitSettled(delivery);
        }
    }

    private void awaitSettled(Bus.Delivery delivery) throws InterruptedException {
        while (true) {
            try {
                handOver.awaitSettled(settings.get(), delivery.stamp());
                return;
            } catch (RuntimeException | Error e) {
                LOG.atError()
                        .addKeyValue("subscription", settings.get().name())
                        .addKeyValue("event", delivery.stamp())
                        .setCause(e)
                        .log("what became of a failed event cannot be asked; its key waits");
                Thread.sleep(ASK_AGAIN_MILLIS);
            }
        }
    }

    /** What comes of an error is tried again: those behind it must not pass it. */
    private void handOver(Bus.Delivery delivery, List<Tried> tried) throws InterruptedException {
        while (true) {
            try {
                desk.handOver(
                        List.of(delivery),
                        List.of(new Undelivered(Parcels.of(delivery.stamp(), delivery.event()), tried)));
                return;
            } catch (RuntimeException | Error e) {
                LOG.atError()
                        .addKeyValue("subscription", settings.get().name())
                        .addKeyValue("event", delivery.stamp())
                        .setCause(e)
                        .log("a failed event cannot be handed over; its key waits");
                Thread.sleep(ASK_AGAIN_MILLIS);
            }
        }
    }

    /** Whatever goes wrong with one event, those behind it must not wait for ever. */
    private Optional<List<Tried>> attempt(Bus.Delivery delivery) throws InterruptedException {
        try {
            return first.attempt(delivery);
        } catch (RuntimeException | Error e) {
            LOG.atError()
                    .addKeyValue("subscription", settings.get().name())
                    .addKeyValue("event", delivery.stamp())
                    .setCause(e)
                    .log("an attempt ended with an error of this process; it counts as one that failed");
            return Optional.of(List.of(Parcels.broken(1, clock.instant(), e)));
        }
    }

    private boolean mayBeElsewhere(Bus.Delivery delivery) {
        // after a rewind and a restart one that a workflow has may come behind any number of others
        return delivery.mayBeRepeated()
                || delivery.taken().filter(at -> at.isBefore(rewound.get())).isPresent();
    }

    private boolean handedOverBefore(String stamp) throws InterruptedException {
        while (true) {
            try {
                return handOver.has(settings.get(), stamp, rewound.get());
            } catch (RuntimeException | Error e) {
                LOG.atWarn()
                        .addKeyValue("subscription", settings.get().name())
                        .addKeyValue("cause", String.valueOf(e.getMessage()))
                        .log("whether an event was handed over before cannot be asked; its key waits");
                Thread.sleep(ASK_AGAIN_MILLIS);
            }
        }
    }

    /** Begins nothing more; what is under way goes on until {@link #close}. */
    void stop() {
        stopping = true;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
