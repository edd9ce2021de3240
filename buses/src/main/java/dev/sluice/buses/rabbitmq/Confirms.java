package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.sluice.buses.bus.BusException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Publishes on one channel; what the broker has confirmed is on its disks. One lock keeps numbers and publications together. */
final class Confirms {
    private final Channel channel;
    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();

    Confirms(Channel channel) throws IOException {
        this.channel = channel;
        channel.confirmSelect();
        channel.addConfirmListener(
                (number, multiple) -> confirmed(number, multiple, null),
                (number, multiple) -> confirmed(number, multiple, new BusException("RabbitMQ refused the event")));
        channel.addShutdownListener(cause -> confirmed(
                Long.MAX_VALUE, true, new BusException("the connection to RabbitMQ was lost: " + cause.getMessage())));
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

    private static void complete(@Nullable CompletableFuture<Void> future, @Nullable BusException problem) {
        if (future == null) {
            return; // another thread was told of it with a later one
        }
        if (problem == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(problem);
        }
    }

    synchronized CompletableFuture<Void> publish(String exchange, AMQP.BasicProperties properties, byte[] body)
            throws IOException {
        var confirmed = new CompletableFuture<Void>();
        waiting.put(channel.getNextPublishSeqNo(), confirmed);
        channel.basicPublish(exchange, "", properties, body);
        return confirmed;
    }
}
