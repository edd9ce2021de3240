package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.Placement;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A RabbitMQ as a bus: a fanout exchange per channel, a quorum queue per subscription. An event is accepted when the broker has
 * confirmed it, which it does when every queue has it on disk.
 */
public final class RabbitBus implements Bus {
    // whoever holds the monitor does not wait for a connection: setting one up needs it
    private static final Logger LOG = LoggerFactory.getLogger(RabbitBus.class);
    private static final long CONFIRM_SECONDS = 10;
    /** A broker that dies within a second of declaring a quorum queue loses the queue with what it confirmed (seen with 3.10). */
    private static final long SETTLE_MILLIS = 2_000;

    private final String name;
    private final RabbitLink link;
    private final Runnable passedOver;
    private final String stampPrefix = HexFormat.of().toHexDigits(new SecureRandom().nextLong()) + "-";
    private final AtomicLong nextStamp = new AtomicLong();
    private final Map<ChannelId, Exchange> exchanges = new ConcurrentHashMap<>();
    private final Map<String, Queue> queues = new ConcurrentHashMap<>();
    /** Subscriptions whose queue is being deleted. */
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();

    /** @param gone the channel is deleted; the exchange stays while a subscription is bound to it */
    private record Exchange(String name, boolean gone) {}

    private record Queue(String name, String exchange, SubscriptionSettings subscription, RabbitFeed feed) {}

    /** With messages that hold no event in the log alone. */
    public RabbitBus(String name, RabbitSettings settings) {
        this(name, settings, () -> {});
    }

    /**
     * Connects in the background.
     *
     * @param name part of the names of exchanges and queues
     * @param passedOver told of each message that holds no event
     */
    public RabbitBus(String name, RabbitSettings settings, Runnable passedOver) {
        this.name = name;
        this.passedOver = passedOver;
        this.link = new RabbitLink(name, settings, this::setUp, this::hasQueues);
        link.start();
    }

    private synchronized void setUp(Connection consuming) throws IOException {
        for (var exchange : exchanges.values()) {
            try (var channel = open(consuming)) {
                declare(channel, exchange.name);
            } catch (IOException | TimeoutException | RuntimeException e) {
                passOver(consuming, "exchange " + exchange.name, e);
            }
        }
        for (var queue : queues.values()) {
            try {
                declare(consuming, queue.name, queue.exchange);
                queue.feed.attach(consuming);
            } catch (IOException | RuntimeException e) {
                passOver(consuming, "queue " + queue.name, e);
                queue.feed.attachLater(consuming);
            }
        }
    }

    /** One thing that the broker refuses does not keep the bus from the others. */
    private void passOver(Connection consuming, String what, Exception why) throws IOException {
        if (!consuming.isOpen()) {
            throw new IOException("the connection was lost over " + what, why);
        }
        LOG.atWarn()
                .addKeyValue("bus", name)
                .addKeyValue("what", what)
                .addKeyValue("cause", String.valueOf(why))
                .log("something that was there cannot be used at present");
    }

    private static void declare(Channel channel, String exchange) throws IOException {
        channel.exchangeDeclare(exchange, BuiltinExchangeType.FANOUT, true);
    }

    /** One that is there with other arguments stays as it is: only a policy of the broker's can change them. */
    private static void declare(Connection connection, String queue, String exchange) throws IOException {
        var arguments = new HashMap<String, Object>(Map.of("x-queue-type", "quorum"));
        var version = String.valueOf(connection.getServerProperties().get("version"));
        if (!version.matches("[0-3]\\..*")) {
            arguments.put("x-delivery-limit", -1); // since 4.0 a queue drops what was given twenty times
        }
        try (var channel = open(connection)) {
            channel.queueDeclare(queue, true, false, false, arguments);
            channel.queueBind(queue, exchange, "");
            return;
        } catch (TimeoutException e) {
            throw new IOException(e);
        } catch (IOException e) {
            if (!isOtherwise(e)) {
                throw e;
            }
        }
        LOG.atWarn()
                .addKeyValue("queue", queue)
                .log("the queue was made with other arguments and is used as it is; before RabbitMQ 4.0 it got no"
                        + " delivery limit, and since 4.0 it drops what was given twenty times, unless a policy sets"
                        + " delivery-limit to -1");
        try (var channel = open(connection)) {
            channel.queueDeclarePassive(queue);
            channel.queueBind(queue, exchange, "");
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }

    private static Channel open(Connection connection) throws IOException {
        return connection.openChannel().orElseThrow(() -> new IOException("RabbitMQ allows no more channels"));
    }

    private static boolean isOtherwise(IOException e) {
        return e.getCause() instanceof ShutdownSignalException signal
                && signal.getReason() instanceof AMQP.Channel.Close close
                && close.getReplyCode() == AMQP.PRECONDITION_FAILED;
    }

    @Override
    public void addChannel(ChannelSettings channel) {
        if (!channel.arguments().isEmpty()) {
            throw new BusException("channel " + channel.id() + ": argument "
                    + new TreeSet<>(channel.arguments().keySet()).first()
                    + " is not known; a RabbitMQ bus knows none");
        }
        var exchange =
                String.join(".", name, channel.id().namespace(), channel.id().name());
        link.with("declaring exchange " + exchange, on -> {
            declare(on, exchange);
            return exchange;
        });
        exchanges.put(channel.id(), new Exchange(exchange, false));
    }

    @Override
    public void removeChannel(ChannelId channel) {
        exchanges.computeIfPresent(channel, (_, exchange) -> new Exchange(exchange.name, true));
        if (exchanges.containsKey(channel) && isUnused(channel)) {
            var _ = link.await("deleting channel " + channel);
            dropIfUnused(channel);
        }
    }

    private boolean isUnused(ChannelId channel) {
        return queues.values().stream().noneMatch(q -> q.subscription.channel().equals(channel));
    }

    private synchronized void dropIfUnused(ChannelId channel) {
        var exchange = exchanges.get(channel);
        if (exchange != null && exchange.gone && isUnused(channel)) {
            link.withNow("deleting exchange " + exchange.name, on -> on.exchangeDelete(exchange.name));
            exchanges.remove(channel);
        }
    }

    @Override
    public Set<ChannelId> channels() {
        return exchanges.entrySet().stream()
                .filter(entry -> !entry.getValue().gone)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        var exchange = exchanges.get(channel);
        return exchange != null && !exchange.gone;
    }

    @Override
    public void putSubscription(SubscriptionSettings subscription) {
        if (!queues.containsKey(subscription.uid())) {
            var _ = link.await("making a queue for " + subscription.namespace() + "/" + subscription.name());
        }
        if (!register(subscription)) {
            return;
        }
        try {
            Thread.sleep(SETTLE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether its queue is new. */
    private synchronized boolean register(SubscriptionSettings subscription) {
        var known = queues.get(subscription.uid());
        if (known != null) {
            queues.put(subscription.uid(), new Queue(known.name, known.exchange, subscription, known.feed));
            return false;
        }
        var exchange = exchanges.get(subscription.channel());
        if (exchange == null) {
            throw new BusException(name + ": no channel " + subscription.channel());
        }
        var queueName = queueName(subscription.namespace(), subscription.name(), subscription.uid());
        var queue = new Queue(
                queueName,
                exchange.name,
                subscription,
                new RabbitFeed(queueName, connection -> declare(connection, queueName, exchange.name), passedOver));
        boolean isNew = isNew(queueName);
        link.withNow("declaring queue " + queueName, on -> {
            declare(on.getConnection(), queueName, exchange.name);
            return queue;
        });
        try {
            queue.feed.attach(link.connected("consuming from " + queueName).consuming());
        } catch (IOException | RuntimeException e) {
            throw new BusException(name + ": consuming from " + queueName, e);
        }
        queues.put(subscription.uid(), queue);
        return isNew;
    }

    private boolean isNew(String queue) {
        try {
            link.withNow("looking for queue " + queue, on -> on.queueDeclarePassive(queue));
            return false;
        } catch (BusException _) {
            return true; // or there is no connection, as declaring it will say
        }
    }

    @Override
    public void removeSubscription(String uid) {
        if (queues.containsKey(uid)) {
            var _ = link.await("deleting the queue of subscription " + uid);
            remove(uid);
        }
    }

    private synchronized void remove(String uid) {
        var queue = queues.get(uid);
        if (queue != null) {
            leaving.add(uid);
            queue.feed.detach();
            link.withNow("deleting queue " + queue.name, on -> on.queueDelete(queue.name));
            queues.remove(uid);
            leaving.remove(uid);
            dropIfUnused(queue.subscription.channel());
        }
    }

    @Override
    public void discard(Placement left) {
        var _ = link.await("deleting what is left of subscription " + left.namespace() + "/" + left.name());
        discardNow(left);
    }

    private synchronized void discardNow(Placement left) {
        if (queues.containsKey(left.uid())) {
            remove(left.uid());
            return;
        }
        var queue = queueName(left.namespace(), left.name(), left.uid());
        link.withNow("deleting queue " + queue, on -> on.queueDelete(queue)); // none of that name is fine too
    }

    private String queueName(String namespace, String subscription, String uid) {
        return String.join(".", name, namespace, subscription, uid);
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return queues.values().stream().map(Queue::subscription).toList();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        var exchange = exchanges.get(channel);
        if (exchange == null || exchange.gone) {
            return new Published.UnknownChannel();
        }
        var trouble = link.trouble();
        var connected = link.now();
        if (trouble.isPresent() || connected.isEmpty()) {
            return new Published.Unavailable(trouble.orElse("RabbitMQ is not connected"));
        }
        var confirms = connected.get().confirms();
        var messages = new ArrayList<Message>(events.size());
        for (var event : events) {
            var stamp = stampPrefix + Long.toString(nextStamp.incrementAndGet(), 36);
            var message = new Message(stamp, RabbitMessages.properties(stamp, event), event);
            var unsendable = confirms.unsendable(message.properties, event.length());
            if (unsendable != null) {
                return new Published.Refused(
                        "RabbitMQ cannot carry event " + event.id() + " of " + event.source() + ": " + unsendable);
            }
            messages.add(message);
        }
        boolean hasQueues = hasQueues(exchange.name);
        try {
            var confirmed = new ArrayList<CompletableFuture<Void>>(events.size());
            for (var message : messages) {
                confirmed.add(confirms.publish(
                        exchange.name, message.stamp, message.properties, message.event.body(), hasQueues));
            }
            CompletableFuture.allOf(confirmed.toArray(CompletableFuture[]::new)).get(CONFIRM_SECONDS, TimeUnit.SECONDS);
            return new Published.Accepted();
        } catch (ExecutionException e) {
            return new Published.Unavailable(String.valueOf(e.getCause()));
        } catch (TimeoutException _) {
            return new Published.Unavailable("RabbitMQ did not confirm within " + CONFIRM_SECONDS + " s");
        } catch (IOException | RuntimeException e) {
            return new Published.Unavailable("publishing to RabbitMQ: " + e.getMessage());
        }
    }

    private record Message(String stamp, AMQP.BasicProperties properties, EventMessage event) {}

    /** Whether an event that no queue takes is lost: somebody may have deleted the queue, which is made again within seconds. */
    private boolean hasQueues(String exchange) {
        return queues.entrySet().stream()
                .anyMatch(queue -> queue.getValue().exchange.equals(exchange) && !leaving.contains(queue.getKey()));
    }

    @Override
    public Feed feed(String uid) {
        var queue = queues.get(uid);
        if (queue == null) {
            throw new BusException(name + ": no subscription " + uid);
        }
        return queue.feed;
    }

    @Override
    public int pending(String uid) {
        var queue = queues.get(uid);
        if (queue == null) {
            return 0;
        }
        var waiting = link.with("counting the events of " + queue.name, on -> on.messageCount(queue.name));
        return (int) Math.min(waiting + queue.feed.unacknowledged(), Integer.MAX_VALUE);
    }

    @Override
    public Optional<String> trouble() {
        return link.trouble();
    }

    @Override
    public void close() {
        link.close();
    }
}
