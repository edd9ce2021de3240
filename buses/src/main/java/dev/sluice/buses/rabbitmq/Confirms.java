package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.sluice.buses.bus.BusException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes on one channel; what the broker has confirmed is on its disks. One lock keeps numbers and publications together: the client
 * takes a number before it looks at a message, so one that then does not leave would shift the confirms of all that follow. Such a
 * message is refused before; whatever fails all the same ends the connection, and the next one counts anew.
 */
final class Confirms {
    private static final Logger LOG = LoggerFactory.getLogger(Confirms.class);
    private static final int ABORT_MILLIS = 1_000;

    private final Channel channel;
    private final ConcurrentSkipListMap<Long, Publication> waiting = new ConcurrentSkipListMap<>();
    /** Those that a queue must take, by stamp. */
    private final ConcurrentMap<String, Publication> mandatory = new ConcurrentHashMap<>();

    private record Publication(String stamp, CompletableFuture<Void> done) {}

    /** @param queued whether the exchange of that name has a queue that should take its events, asked when none took one */
    Confirms(Channel channel, Predicate<String> queued) throws IOException {
        this.channel = channel;
        channel.confirmSelect();
        channel.addConfirmListener(
                (number, multiple) -> confirmed(number, multiple, null),
                (number, multiple) -> confirmed(number, multiple, new BusException("RabbitMQ refused the event")));
        // comes before the confirm of the same message, on the same thread
        channel.addReturnListener((_, _, exchange, _, properties, _) -> RabbitMessages.stamp(properties)
                .map(mandatory::remove)
                .ifPresent(publication -> {
                    if (!queued.test(exchange)) {
                        complete(publication, null); // its last subscription was deleted while the event was under way
                        return;
                    }
                    complete(publication, new BusException("no queue took the event"));
                    reopen("no queue took an event"); // which makes queues and bindings again
                }));
        channel.addShutdownListener(cause -> {
            allFailed("the connection to RabbitMQ was lost: " + cause.getMessage());
            if (!cause
                    .isHardError()) { // the channel alone, as when its exchange was deleted: the connection would stay
                reopen(String.valueOf(cause.getMessage()));
            }
        });
    }

    private void confirmed(long number, boolean multiple, @Nullable BusException problem) {
        if (!multiple) {
            complete(waiting.remove(number), problem);
            return;
        }
        for (var first = waiting.firstEntry();
                first != null && first.getKey() <= number;
                first = waiting.firstEntry()) {
            complete(waiting.remove(first.getKey()), problem);
        }
    }

    private void complete(@Nullable Publication publication, @Nullable BusException problem) {
        if (publication == null) {
            return; // another thread was told of it with a later one
        }
        mandatory.remove(publication.stamp, publication);
        if (problem == null) {
            publication.done.complete(null);
        } else {
            publication.done.completeExceptionally(problem);
        }
    }

    private void allFailed(String why) {
        confirmed(Long.MAX_VALUE, true, new BusException(why));
    }

    private void reopen(String why) {
        LOG.atWarn().addKeyValue("cause", why).log("publishing to RabbitMQ begins anew");
        // waits for the broker's answer, and this may be the thread that reads it
        Thread.ofVirtual()
                .name("abort publishing")
                .start(() -> channel.getConnection().abort(ABORT_MILLIS));
    }

    /**
     * Why the client would not send the message: it looks at these only when the message has its number.
     *
     * @return null when it would
     */
    @Nullable
    String unsendable(AMQP.BasicProperties properties, int length) {
        try {
            int size = properties.toFrame(channel.getChannelNumber(), length).size();
            int most = channel.getConnection().getFrameMax();
            return most > 0 && size > most ? "its attributes take " + size + " bytes; RabbitMQ takes " + most : null;
        } catch (IOException | IllegalArgumentException e) { // a name or a content type of more than 255 bytes
            return String.valueOf(e.getMessage());
        }
    }

    /** @param mustBeQueued whether it fails when there is no queue to take it */
    synchronized CompletableFuture<Void> publish(
            String exchange, String stamp, AMQP.BasicProperties properties, byte[] body, boolean mustBeQueued)
            throws IOException {
        var publication = new Publication(stamp, new CompletableFuture<>());
        waiting.put(channel.getNextPublishSeqNo(), publication);
        if (mustBeQueued) {
            mandatory.put(stamp, publication);
        }
        boolean sent = false;
        try {
            channel.basicPublish(exchange, "", mustBeQueued, properties, body);
            sent = true;
        } finally {
            if (!sent) { // whether its number was taken is not known
                allFailed("publishing to RabbitMQ has begun anew");
                reopen("an event could not be sent");
            }
        }
        return publication.done;
    }
}
