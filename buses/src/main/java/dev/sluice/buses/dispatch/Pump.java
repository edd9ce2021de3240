package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.PartitionKey;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.metrics.SubscriptionMeters;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.recent.Step;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.Tried;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the events of one subscription from the bus and makes the first attempt of each, several at a time.
 *
 * <pre>
 *   take -> filter -+-> breaker -+-> attempt -+-> delivered: acknowledge
 *                   |            |            +-> failed:  -+-> desk: hand over, then acknowledge
 *                   |            +-> withheld --------------+
 *                   +-> not wanted, or a duplicate: acknowledge
 * </pre>
 *
 * What an ordered subscription wants goes the same way, one event of a key at a time: {@link InOrder}.
 *
 * An event is in flight until its acknowledgement is durable, so the number in flight bounds what a kill repeats.
 */
final class Pump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final long TAKE_AGAIN_MILLIS = 1_000;

    private final Bus.Feed feed;
    private final Courier courier;
    private final HandOver handOver;
    private final HandOverDesk desk;
    private final InOrder inOrder;
    private final Clock clock;
    private final SeenEvents seen;
    private final DeliveryMetrics metrics;
    private final RecentEvents recent;
    private final IntSupplier pending;
    private final SubscriptionMeters meters;
    private final Turns turns;
    private final Object resumed = new Object();
    private final Breaker breaker = new Breaker(System::nanoTime);
    private final Thread taker;
    private final Thread passer;
    private volatile SubscriptionSettings settings;
    private volatile Wanted wanted;
    private volatile Instant rewound;

    Pump(
            Bus.Feed feed,
            SubscriptionSettings settings,
            Courier courier,
            HandOver handOver,
            DispatchLimits limits,
            Clock clock,
            DeliveryMetrics metrics,
            RecentEvents recent,
            SeenEvents seen,
            Instant rewound,
            IntSupplier pending) {
        this.feed = feed;
        this.settings = settings;
        this.courier = courier;
        this.handOver = handOver;
        this.clock = clock;
        this.metrics = metrics;
        this.recent = recent;
        this.seen = seen;
        this.pending = pending;
        this.rewound = rewound;
        this.meters = metrics.of(settings.namespace(), settings.name(), pending);
        this.wanted = Wanted.by(settings, meters::filterFailed);
        this.turns = new Turns(settings.terms(), limits);
        this.desk = new HandOverDesk(handOver, limits, () -> this.settings, meters, () -> this.rewound);
        this.inOrder =
                new InOrder(handOver, desk, this::firstInOrder, () -> this.settings, limits, () -> this.rewound, clock);
        var name = settings.namespace() + "/" + settings.name();
        this.taker = Thread.ofVirtual().name("dispatch " + name).unstarted(this::run);
        this.passer = Thread.ofVirtual().name("hand-over " + name).unstarted(desk::run);
    }

    void start() {
        taker.start();
        passer.start();
    }

    SubscriptionSettings settings() {
        return settings;
    }

    void settings(SubscriptionSettings changed) {
        var before = settings;
        if (!changed.terms().equals(before.terms())) {
            wanted = Wanted.by(changed, meters::filterFailed);
            turns.change(changed.terms());
        }
        settings = changed;
        if (before.terms().paused() && !changed.terms().paused()) {
            synchronized (resumed) {
                resumed.notifyAll();
            }
            Thread.startVirtualThread(() -> handOver.subscriberIsBack(changed));
        }
    }

    private void awaitResumed() throws InterruptedException {
        if (settings.terms().paused()) {
            synchronized (resumed) {
                while (settings.terms().paused()) {
                    resumed.wait();
                }
            }
        }
    }

    DispatchStats stats() {
        return new DispatchStats(
                meters.first(Verdict.DELIVERED),
                meters.first(Verdict.RETRY) + meters.first(Verdict.REJECTED),
                meters.withheldEvents(),
                meters.handedOverEvents(),
                breaker.isOpen(),
                meters.filteredEvents());
    }

    private void run() {
        try {
            while (true) {
                take();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever goes wrong with one event or with its bus, those that come later must not wait for ever. */
    private void take() throws InterruptedException {
        Bus.Delivery delivery;
        try {
            delivery = feed.take();
        } catch (RuntimeException | Error e) {
            LOG.atError()
                    .addKeyValue("namespace", settings.namespace())
                    .addKeyValue("subscription", settings.name())
                    .setCause(e)
                    .log("taking an event from its bus ended with an error; it is tried again");
            Thread.sleep(TAKE_AGAIN_MILLIS);
            return;
        }
        try {
            begin(delivery);
        } catch (RuntimeException | Error e) {
            desk.take(delivery, broken(delivery, e));
        }
    }

    private void begin(Bus.Delivery delivery) throws InterruptedException {
        awaitResumed();
        if (isPassedOver(delivery)) {
            turns.acquire();
            acknowledge(delivery);
            return;
        }
        var key = settings.terms().ordered() ? PartitionKey.of(delivery.event().reference()) : Optional.<String>empty();
        if (key.isPresent()) {
            inOrder.take(key.get(), delivery);
            return;
        }
        turns.acquire();
        var handedOn = false;
        try {
            turns.awaitPace();
            awaitResumed(); // that took its time
            if (breaker.admit() == Breaker.Admission.TRY) {
                Thread.startVirtualThread(() -> attempt(delivery));
                handedOn = true;
            } else {
                withheld(delivery);
                desk.take(delivery, List.of());
            }
        } finally {
            if (!handedOn) {
                turns.release();
            }
        }
    }

    private boolean isPassedOver(Bus.Delivery delivery) {
        if (!wanted.wants(delivery.event())) {
            meters.filtered();
            noted(Step.What.FILTERED, delivery);
            return true;
        }
        if (seen.isDuplicate(delivery, settings.terms().deduplicationMillis())) {
            meters.duplicate();
            noted(Step.What.DUPLICATE, delivery);
            return true;
        }
        return false;
    }

    private void withheld(Bus.Delivery delivery) {
        meters.withheld();
        noted(Step.What.WITHHELD, delivery);
    }

    private void noted(Step.What what, Bus.Delivery delivery) {
        recent.noted(what, settings, delivery.event(), delivery.stamp());
    }

    private void attempt(Bus.Delivery delivery) {
        var delivered = false;
        try {
            var failed = tryOnce(delivery);
            delivered = failed.isEmpty();
            if (failed.isPresent()) {
                desk.take(delivery, failed.get());
            }
        } catch (InterruptedException _) {
            // stopping: it was not acknowledged, so the bus gives it again after the start
            Thread.currentThread().interrupt();
        } finally {
            if (delivered) {
                acknowledge(delivery);
            } else {
                turns.release();
            }
        }
    }

    /** Its room is free once that is noted, or cannot be. */
    private void acknowledge(Bus.Delivery delivery) {
        var _ = Acknowledgement.of(delivery).whenComplete((_, _) -> turns.release());
    }

    private Optional<List<Tried>> firstInOrder(Bus.Delivery delivery) throws InterruptedException {
        awaitResumed();
        turns.acquire();
        try {
            turns.awaitPace();
            awaitResumed(); // that took its time
            if (breaker.admit() != Breaker.Admission.TRY) {
                withheld(delivery);
                return Optional.of(List.of());
            }
            return tryOnce(delivery);
        } finally {
            turns.release();
        }
    }

    /** Empty when it was delivered. */
    private Optional<List<Tried>> tryOnce(Bus.Delivery delivery) {
        return turns.withRoom(delivery.event().isKeptElsewhere(), () -> tryNow(delivery));
    }

    private Optional<List<Tried>> tryNow(Bus.Delivery delivery) {
        try {
            return tried(delivery);
        } catch (RuntimeException | Error e) {
            heard(Verdict.RETRY); // a probe of the breaker must come to an end
            return Optional.of(broken(delivery, e));
        }
    }

    private List<Tried> broken(Bus.Delivery delivery, Throwable error) {
        LOG.atError()
                .addKeyValue("namespace", settings.namespace())
                .addKeyValue("subscription", settings.name())
                .addKeyValue("event", delivery.stamp())
                .setCause(error)
                .log("an attempt ended with an error of this process; it counts as one that failed");
        return List.of(Parcels.broken(1, clock.instant(), error));
    }

    private Optional<List<Tried>> tried(Bus.Delivery delivery) {
        var result = courier.deliver(settings, delivery.event(), delivery.stamp(), 1);
        meters.tried(SubscriptionMeters.Turn.FIRST, delivery.event(), result);
        recent.tried(settings, delivery.event(), delivery.stamp(), 1, result);
        heard(result.verdict());
        return result.verdict() == Verdict.DELIVERED
                ? Optional.empty()
                : Optional.of(List.of(Parcels.tried(1, clock.instant(), result)));
    }

    /** What its channel took before is given again on purpose. */
    void rewound(Instant when) {
        rewound = when;
    }

    Turns turns() {
        return turns;
    }

    SubscriptionMeters meters() {
        return meters;
    }

    /** What an attempt says about the subscriber, whoever made it. */
    void heard(Verdict verdict) {
        switch (verdict) {
            case RETRY -> breaker.failed();
            // a rejection is about the event: the subscriber is well
            case DELIVERED, REJECTED -> {
                if (breaker.succeeded()) {
                    Thread.startVirtualThread(() -> handOver.subscriberIsBack(settings));
                }
            }
        }
    }

    @Override
    public void close() {
        taker.interrupt();
        inOrder.stop();
        try {
            turns.drain(DRAIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        inOrder.close();
        passer.interrupt();
        seen.close();
        metrics.release(settings.namespace(), settings.name(), pending);
    }
}
