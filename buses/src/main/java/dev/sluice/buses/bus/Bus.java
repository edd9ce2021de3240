package dev.sluice.buses.bus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Carries events from channels to subscriptions. Channels, subscriptions and events outlive the process; an event that was
 * accepted is given to every subscription its channel had, until that one acknowledges it. Every implementation passes
 * {@code BusContract}.
 */
public interface Bus extends AutoCloseable {
    /** Known and durable when this returns; the same channel again changes nothing. */
    void addChannel(ChannelSettings channel);

    /** On the bus that Sluice brings itself. */
    default void addChannel(ChannelId channel) {
        addChannel(ChannelSettings.local(channel));
    }

    /** Forgets the channel; its subscriptions stay, and get no new events until it is back. */
    void removeChannel(ChannelId channel);

    Set<ChannelId> channels();

    boolean hasChannel(ChannelId channel);

    /** Adds or changes it; durable when this returns, and every later event of its channel reaches it. */
    void putSubscription(SubscriptionSettings settings);

    /**
     * The same of a bus that keeps for its subscriptions how far they are.
     *
     * @param begun the bus has said before that it has it: when nothing is known of how far it is, that was lost, and it gets
     *     everything that its channel keeps
     */
    default void putSubscription(SubscriptionSettings settings, boolean begun) {
        putSubscription(settings);
    }

    /** Forgets it and whatever waits for it. */
    void removeSubscription(String uid);

    /** The same of one that an earlier process may have made here, and this one has not been told of. */
    default void discard(Placement left) {
        removeSubscription(left.uid());
    }

    List<SubscriptionSettings> subscriptions();

    /** Returns once the events are durable. Of several events some may be taken when the answer is not {@code Accepted}. */
    Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException;

    /**
     * The events of one subscription, oldest first; those with the same partition key in the order in which they were
     * published. One taker at a time.
     */
    Feed feed(String uid);

    /** How many events wait for the subscription or are in flight to it; an estimate where the bus only knows roughly. */
    int pending(String uid);

    /**
     * Gives the subscription again what its channel took since then. Answers what keeps it from doing so.
     *
     * @throws BusException when the bus does not answer
     */
    default Optional<String> replay(String uid, Instant since) {
        return Optional.of("this bus does not keep events that were delivered; only Kafka does");
    }

    /** How long what came to the channel may be given again on request, though every subscription is done with it. */
    default Duration keeps(ChannelId channel) {
        return Duration.ZERO;
    }

    /** Why the bus cannot be used at present; empty when it can. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    void close();

    /** What became of a publication. */
    sealed interface Published {
        record Accepted() implements Published {}

        record UnknownChannel() implements Published {}

        /** No room; the sender may come back after a while. */
        record Full(String what, Duration retryAfter) implements Published {}

        /** This bus cannot carry such an event, now or later. */
        record Refused(String why) implements Published {}

        /** The bus cannot store anything at present. */
        record Unavailable(String why) implements Published {}
    }

    /** A subscription's view of the bus. */
    interface Feed {
        /**
         * Waits for an event; after a restart the ones without a durable acknowledgement come again. A bus elsewhere gives no
         * more than a bounded number without acknowledgement, and keeps the rest.
         */
        Delivery take() throws InterruptedException;
    }

    /** One event on its way to one subscription. */
    interface Delivery {
        /** Given at the ingress; unique for ever, the same at each redelivery. */
        String stamp();

        EventMessage event();

        /** Whether it may have been given before, by a process that is gone. One that knows no better says yes. */
        default boolean mayBeRepeated() {
            return true;
        }

        /** The bus has begun anew since it gave this one, which comes again: acknowledging it would change nothing. */
        default boolean isStale() {
            return false;
        }

        /** When the bus took it, where it says so. */
        default Optional<Instant> taken() {
            return Optional.empty();
        }

        /** Before it is handed over: from then on the workflow of the batch that begins with this stamp needs what is kept of it. */
        default void handedOver(String batch) {}

        /**
         * Done with: completes when the bus has taken note. One with offsets keeps the finished prefix, so after a kill
         * events behind an unfinished one come again, at most as many as it gives without acknowledgement.
         */
        CompletableFuture<Void> acknowledge();
    }
}
