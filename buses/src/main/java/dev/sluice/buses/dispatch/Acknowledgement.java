package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a bus that it may forget an event. What it throws must not stop those behind; the event comes again after a restart. */
final class Acknowledgement {
    private static final Logger LOG = LoggerFactory.getLogger(Acknowledgement.class);

    static CompletableFuture<Void> of(Bus.Delivery delivery) {
        try {
            return delivery.acknowledge();
        } catch (RuntimeException | Error e) {
            LOG.atError()
                    .addKeyValue("event", delivery.stamp())
                    .setCause(e)
                    .log("an event that is done with was not acknowledged; it may come again");
            return CompletableFuture.failedFuture(e);
        }
    }

    private Acknowledgement() {}
}
