package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.workflows.delivery.Undelivered;
import java.util.List;

/** Where failed deliveries go: Temporal, or a test. */
public interface HandOver {
    /**
     * Returns once they are kept elsewhere; the bus may forget them then.
     *
     * @throws RuntimeException when that could not be confirmed; it is tried again, with the same events
     */
    void handOver(SubscriptionSettings subscription, List<Undelivered> events);

    /** The subscriber answers again: what waits for it elsewhere may be tried now. */
    void subscriberIsBack(SubscriptionSettings subscription);
}
