package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.metrics.SubscriptionMeters;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.Verdict;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pump per subscription of a bus. It starts with what the bus remembers, so events flow before Kubernetes is asked. */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Bus bus;
    private final Courier courier;
    private final HandOver handOver;
    private final DispatchLimits limits;
    private final Clock clock;
    private final DeliveryMetrics metrics;
    private final RecentEvents recent;
    private final Path seen;
    private final Rewinds rewinds;
    private final Map<String, Pump> pumps = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** @param seen folder for what subscriptions with a deduplication window remember */
    public Dispatcher(
            Bus bus,
            Courier courier,
            HandOver handOver,
            DispatchLimits limits,
            Clock clock,
            DeliveryMetrics metrics,
            RecentEvents recent,
            Path seen) {
        this.bus = bus;
        this.courier = courier;
        this.handOver = handOver;
        this.limits = limits;
        this.clock = clock;
        this.metrics = metrics;
        this.recent = recent;
        this.seen = seen;
        this.rewinds = new Rewinds(seen);
    }

    public void start() {
        sweep();
        bus.subscriptions().forEach(this::run);
    }

    /** What a kill has left of writes, of subscriptions that are gone too: nothing is written yet. */
    private void sweep() {
        if (!Files.isDirectory(seen)) {
            return;
        }
        try (var left = Files.newDirectoryStream(seen, "*.new")) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.atWarn()
                    .addKeyValue("folder", seen)
                    .addKeyValue("cause", String.valueOf(e))
                    .log("what was left of writes stays on disk");
        }
    }

    /** Durable in the bus and running when this returns. When the bus does not answer it runs as soon as that does. */
    public void put(SubscriptionSettings settings) {
        try {
            bus.putSubscription(settings);
        } finally {
            run(settings);
        }
    }

    private synchronized void run(SubscriptionSettings settings) {
        var pump = pumps.get(settings.uid());
        if (pump != null) {
            pump.settings(settings);
            return;
        }
        var started = new Pump(
                bus.feed(settings.uid()),
                settings,
                courier,
                handOver,
                limits,
                clock,
                metrics,
                recent,
                new SeenEvents(seen, settings.uid(), clock),
                rewinds.last(settings.uid()),
                () -> bus.pending(settings.uid()));
        pumps.put(settings.uid(), started);
        started.start();
    }

    public void remove(String uid) {
        Pump pump;
        synchronized (this) {
            pump = pumps.remove(uid);
        }
        try {
            bus.removeSubscription(uid);
        } finally { // a bus that does not answer is asked again by who deletes; nobody closes the pump then
            if (pump != null) {
                pump.close();
            }
        }
        SeenEvents.delete(seen, uid);
        rewinds.forget(uid);
    }

    /** At a start, one that is not there any more: what its bus refuses must not keep everything else from starting. */
    public void forget(SubscriptionSettings settings) {
        try {
            remove(settings.uid());
        } catch (BusException e) {
            LOG.atWarn()
                    .addKeyValue("namespace", settings.namespace())
                    .addKeyValue("subscription", settings.name())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("its bus keeps a subscription that is not there any more");
        }
    }

    /**
     * Gives a subscription again what its channel took since then.
     *
     * @return what keeps its bus from doing so
     */
    public Optional<String> replay(String uid, Instant since) {
        if (since.isAfter(clock.instant())) {
            return Optional.of("nothing has come since " + since + " yet");
        }
        var pump = pumps.get(uid);
        if (pump == null) {
            return bus.replay(uid, since);
        }
        var before = rewinds.last(uid);
        var now = clock.instant();
        rewinds.remember(uid, now); // before anything comes, which a kill must not forget
        pump.rewound(now);
        var refusal = bus.replay(uid, since);
        if (refusal.isPresent()) { // what throws may have been done all the same
            pump.rewound(before);
            rewinds.remember(uid, before);
        }
        return refusal;
    }

    /** Attempts nothing more; what it says of subscriptions is what it knew last. */
    public boolean isClosed() {
        return closed;
    }

    /** As it is now; empty when it was deleted. */
    public Optional<SubscriptionSettings> subscription(String uid) {
        return Optional.ofNullable(pumps.get(uid)).map(Pump::settings);
    }

    /** The numbers of a subscription that this dispatcher runs. */
    public Optional<SubscriptionMeters> meters(String uid) {
        return Optional.ofNullable(pumps.get(uid)).map(Pump::meters);
    }

    /** What bounds the attempts of a subscription that this dispatcher runs. */
    public Optional<Turns> turns(String uid) {
        return Optional.ofNullable(pumps.get(uid)).map(Pump::turns);
    }

    /** Another attempt's outcome, for the breaker. */
    public void heard(String uid, Verdict verdict) {
        var pump = pumps.get(uid);
        if (pump != null) {
            pump.heard(verdict);
        }
    }

    /** Events of a subscription that others wait behind do not wait any more. */
    public void settled(String uid, List<String> stamps) {
        handOver.settled(uid, stamps);
    }

    /** By subscription uid. */
    public Map<String, DispatchStats> stats() {
        var stats = new HashMap<String, DispatchStats>();
        pumps.forEach((uid, pump) -> stats.put(uid, pump.stats()));
        return stats;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(pumps.values()).parallelStream().forEach(Pump::close);
    }
}
