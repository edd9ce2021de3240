package dev.sluice.buses.delivery;

import dev.sluice.buses.metrics.DeliveryMetrics;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts parked events from time to time, for the numbers: they may have been parked by a process before this one. */
public final class ParkedCount implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParkedCount.class);
    private static final Duration PAUSE = Duration.ofSeconds(15);
    /** Of the time that a count takes: it shall not be what keeps Temporal busy. */
    private static final int SHARE = 50;

    private final Deliveries deliveries;
    private final DeliveryMetrics metrics;
    private final Thread thread = Thread.ofVirtual().name("count parked events").unstarted(this::run);

    public ParkedCount(Deliveries deliveries, DeliveryMetrics metrics) {
        this.deliveries = deliveries;
        this.metrics = metrics;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                long start = System.nanoTime();
                count();
                var took = Duration.ofNanos(System.nanoTime() - start).multipliedBy(SHARE);
                Thread.sleep(took.compareTo(PAUSE) > 0 ? took : PAUSE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void count() {
        try {
            var parked = deliveries.parked();
            metrics.parked((namespace, name) -> parked.getOrDefault(new Deliveries.Subscriber(namespace, name), 0));
        } catch (RuntimeException | Error e) { // the number of before stays
            LOG.atDebug().addKeyValue("cause", String.valueOf(e.getMessage())).log("parked events were not counted");
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
