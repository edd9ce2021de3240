package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.workflows.delivery.Undelivered;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes what is handed over and does nothing with it. */
public final class Nowhere implements HandOver {
    final Queue<List<Undelivered>> batches = new ConcurrentLinkedQueue<>();
    /** A larger one is refused. */
    volatile int largest = Integer.MAX_VALUE;

    @Override
    public void handOver(SubscriptionSettings subscription, List<Undelivered> events, Instant rewound) {
        if (events.size() > largest) {
            throw new TooMuchException("too much", new IllegalArgumentException());
        }
        batches.add(events);
    }

    List<Undelivered> events() {
        return batches.stream().flatMap(List::stream).toList();
    }

    @Override
    public boolean isOpen(SubscriptionSettings subscription, String first) {
        return false;
    }

    @Override
    public boolean has(SubscriptionSettings subscription, String stamp, Instant since) {
        return false;
    }

    @Override
    public void awaitSettled(SubscriptionSettings subscription, String stamp) {}

    @Override
    public void settled(String uid, List<String> stamps) {}

    @Override
    public void subscriberIsBack(SubscriptionSettings subscription) {}
}
