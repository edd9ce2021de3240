package dev.sluice.buses.bus;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Whether a bus has delivered all of a channel that is to leave it. */
final class Drained {
    /**
     * @param quiet for which a bus elsewhere must have nothing: one that was just connected knows only roughly what it has, RabbitMQ for
     *     instance counts what a lost connection was given only when it has noticed the loss
     * @param most time a channel takes no events for that
     */
    record Patience(Duration quiet, Duration most) {
        static final Patience USUAL = new Patience(Duration.ofSeconds(15), Duration.ofSeconds(40));
    }

    /** Events that are likely to be delivered in the time that a channel takes none. */
    private static final int FEW = 1_000;

    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Bus local;
    private final Whereabouts whereabouts;
    private final Placements placements;
    private final Function<String, Bus> buses;
    private final Patience patience;

    /** @param buses elsewhere by name; throws {@link BusException} for one that is not connected */
    Drained(Bus local, Whereabouts whereabouts, Placements placements, Function<String, Bus> buses, Patience patience) {
        this.local = local;
        this.whereabouts = whereabouts;
        this.placements = placements;
        this.buses = buses;
        this.patience = patience;
    }

    /** @throws BusException while the bus has many, or gives none, or nobody can say what it has */
    void requireFew(ChannelId channel, String from) {
        left(channel, from, FEW).ifPresent(problem -> {
            throw problem;
        });
    }

    /**
     * Returns when nothing is left. To be called while nothing comes.
     *
     * @throws BusException when that does not happen soon, or nobody can say what the bus has
     */
    void await(ChannelId channel, String from) {
        long start = System.nanoTime();
        long emptySince = start;
        var quiet = from.equals(ChannelSettings.LOCAL) ? Duration.ZERO : patience.quiet();
        try {
            while (true) {
                var left = left(channel, from, 0);
                long now = System.nanoTime();
                if (left.isPresent()) {
                    if (now - start >= patience.most().toNanos()) {
                        throw left.get();
                    }
                    emptySince = now;
                } else if (now - emptySince >= quiet.toNanos()) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new BusException("channel " + channel + " stays where it is: this process ends");
        }
    }

    private Optional<BusException> left(ChannelId channel, String from, int few) {
        return whereabouts
                .takingFrom(channel)
                .flatMap(subscription -> left(subscription, from, few).stream())
                .findFirst();
    }

    private Optional<BusException> left(SubscriptionSettings subscription, String from, int few) {
        boolean leavesHere = from.equals(ChannelSettings.LOCAL);
        int here = local.pending(subscription.uid());
        int most = subscription.terms().paused() ? 0 : few;
        if (here > (leavesHere ? most : 0)) { // from elsewhere its feed gives those of here first
            return Optional.of(Whereabouts.pending(subscription, here, ChannelSettings.LOCAL));
        }
        int there = leavesHere ? 0 : there(subscription, from);
        return there > most ? Optional.of(Whereabouts.pending(subscription, there, from)) : Optional.empty();
    }

    /** A bus that has not begun with a subscription since it was connected knows nothing of what waits for it. */
    private int there(SubscriptionSettings subscription, String from) {
        var bus = buses.apply(from);
        bus.trouble().ifPresent(trouble -> {
            throw new BusException(
                    "what bus " + from + " has of a channel that is to leave it is not known: " + trouble);
        });
        if (bus.subscriptions().stream().anyMatch(s -> s.uid().equals(subscription.uid()))) {
            return bus.pending(subscription.uid());
        }
        boolean mayHave =
                placements.of(subscription.uid(), from).findAny().isEmpty() // an earlier version wrote none down
                        || placements
                                .of(subscription.uid(), from)
                                .anyMatch(placement -> placement.begun() && !placement.removed());
        if (mayHave) {
            throw new BusException("bus " + from + " has not begun yet with subscription " + subscription.namespace()
                    + "/" + subscription.name() + ", which may have events there");
        }
        return 0;
    }
}
