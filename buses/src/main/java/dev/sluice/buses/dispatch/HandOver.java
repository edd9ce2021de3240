package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.workflows.delivery.Undelivered;
import java.time.Instant;
import java.util.List;

/** Where failed deliveries go: Temporal, or a test. */
public interface HandOver {
    /** Nothing of it was taken, and nothing of it would be the next time; half of it may be. */
    final class TooMuchException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public TooMuchException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Returns once they are kept elsewhere; the bus may forget them then.
     *
     * @param rewound what was settled before then is given again on purpose, and begins anew
     * @throws TooMuchException when it was refused as a whole; its parts are handed over then
     * @throws RuntimeException when that could not be confirmed; it is tried again, with the same events
     */
    void handOver(SubscriptionSettings subscription, List<Undelivered> events, Instant rewound);

    /**
     * Whether this event was handed over before, on its own: asked when the bus may give it again after a kill.
     *
     * @param since what ended before then does not count: it is given again on purpose
     * @throws RuntimeException when that cannot be said at present
     */
    boolean has(SubscriptionSettings subscription, String stamp, Instant since);

    /**
     * Whether somebody still works on the batch that begins with this stamp.
     *
     * @throws RuntimeException when that cannot be said at present
     */
    boolean isOpen(SubscriptionSettings subscription, String first);

    /** Returns once an event that was handed over on its own does not wait any more. */
    void awaitSettled(SubscriptionSettings subscription, String stamp) throws InterruptedException;

    /** Word of {@link #awaitSettled} that events of the subscription have come to it; may be missing. */
    void settled(String uid, List<String> stamps);

    /** The subscriber answers again: what waits for it elsewhere may be tried now. */
    void subscriberIsBack(SubscriptionSettings subscription);
}
