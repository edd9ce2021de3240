package dev.sluice.buses.delivery;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.buses.dispatch.HandOver;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes every hour the payloads that nobody will ask for: of events that were never accepted, or whose workflow somebody has ended. */
public final class ClaimSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClaimSweeper.class);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final ClaimStore store;
    private final Bus bus;
    private final HandOver handOver;
    private final Thread thread = Thread.ofVirtual().name("sweep big events").unstarted(this::run);

    public ClaimSweeper(ClaimStore store, Bus bus, HandOver handOver) {
        this.store = store;
        this.bus = bus;
        this.handOver = handOver;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                sweep();
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void sweep() {
        try {
            store.sweep(this::uids, ended());
        } catch (RuntimeException | Error e) { // the next one must come
            LOG.atWarn()
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("the store of big events was not swept; it is tried again in an hour");
        }
    }

    private Set<String> uids() {
        return bus.subscriptions().stream().map(SubscriptionSettings::uid).collect(Collectors.toSet());
    }

    private Set<ClaimStore.Held> ended() {
        var subscriptions =
                bus.subscriptions().stream().collect(Collectors.toMap(SubscriptionSettings::uid, Function.identity()));
        var ended = new HashSet<ClaimStore.Held>();
        try {
            for (var held : store.heldByWorkflows()) {
                var of = subscriptions.get(held.uid());
                if (of != null && !handOver.isOpen(of, held.batch())) {
                    ended.add(held);
                }
            }
        } catch (RuntimeException e) {
            LOG.atInfo()
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("whether the workflows of big events are open cannot be asked; they keep what they have");
        }
        return ended;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
