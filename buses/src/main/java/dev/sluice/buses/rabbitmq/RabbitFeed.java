package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.BadEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The consumer of one queue, on whatever connection there is: what a lost one had given and was not acknowledged comes again. */
final class RabbitFeed implements Bus.Feed {
    private static final Logger LOG = LoggerFactory.getLogger(RabbitFeed.class);

    /** The broker sends no more than these without acknowledgement. */
    static final int PREFETCH = 256;

    private static final long AGAIN_MILLIS = 1_000;

    private final String queue;
    private final Declaration declaration;
    private final Runnable passedOver;
    private final LinkedBlockingQueue<Given> ready = new LinkedBlockingQueue<>();
    /** Changed while holding this. */
    private volatile @Nullable Channel channel;

    // guarded by this
    private final Set<Long> unacknowledged = new HashSet<>();
    private boolean detached;

    /** Makes the queue, where it is not there. */
    interface Declaration {
        void on(Connection connection) throws IOException;
    }

    /** @param passedOver told of each message that holds no event */
    RabbitFeed(String queue, Declaration declaration, Runnable passedOver) {
        this.queue = queue;
        this.passedOver = passedOver;
        this.declaration = declaration;
    }

    synchronized void attach(Connection connection) throws IOException {
        var opened = connection.createChannel();
        if (opened == null) {
            throw new IOException("RabbitMQ allows no more channels on a connection");
        }
        ready.clear();
        unacknowledged.clear();
        detached = false;
        channel = null;
        opened.basicQos(PREFETCH);
        opened.basicConsume(queue, false, new DefaultConsumer(opened) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                arrived(opened, envelope, properties, body);
            }

            @Override
            public void handleCancel(String tag) { // its queue was deleted, or moved to another node
                ended(opened, "RabbitMQ has ended the consumer");
            }

            @Override
            public void handleShutdownSignal(String tag, ShutdownSignalException why) {
                if (!why.isHardError()) { // a lost connection is somebody else's
                    ended(opened, String.valueOf(why.getMessage()));
                }
            }
        });
        channel = opened; // what has come meanwhile waits for the lock
    }

    /** When the queue cannot be made or consumed from at present. */
    void attachLater(Connection connection) {
        synchronized (this) {
            channel = null;
            detached = false;
            ready.clear();
            unacknowledged.clear();
        }
        Thread.ofVirtual().name("consume again " + queue).start(() -> again(connection));
    }

    /** The channel is gone and its connection is not: for RabbitMQ an event may have been out for too long. */
    private void ended(Channel which, String why) {
        synchronized (this) {
            if (!which.equals(channel)) {
                return; // on purpose, or known already
            }
            channel = null;
            ready.clear();
            unacknowledged.clear();
        }
        LOG.atWarn().addKeyValue("queue", queue).addKeyValue("cause", why).log("a consumer has ended; another begins");
        Thread.ofVirtual().name("consume again " + queue).start(() -> {
            try {
                which.abort(); // it may be open still, with what it was given
            } catch (IOException | RuntimeException _) {
                // gone already
            }
            again(which.getConnection());
        });
    }

    private void again(Connection connection) {
        boolean complained = false;
        while (connection.isOpen()) {
            synchronized (this) {
                if (channel != null || detached) {
                    return;
                }
                try {
                    declaration.on(connection);
                    attach(connection);
                    return;
                } catch (IOException | RuntimeException | Error e) {
                    LOG.atLevel(complained ? Level.DEBUG : Level.WARN)
                            .addKeyValue("queue", queue)
                            .addKeyValue("cause", String.valueOf(e.getMessage()))
                            .log("consuming again fails");
                    complained = true;
                }
            }
            try {
                Thread.sleep(AGAIN_MILLIS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void arrived(Channel from, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        long tag = envelope.getDeliveryTag();
        synchronized (this) {
            if (!from.equals(channel)) {
                return;
            }
            unacknowledged.add(tag);
        }
        try {
            var event = RabbitMessages.event(properties, body);
            ready.add(new Given(
                    from,
                    tag,
                    RabbitMessages.stamp(properties).orElseGet(() -> stamp(event)),
                    event,
                    envelope.isRedeliver()));
        } catch (BadEventException | RuntimeException e) { // whatever it is, the ones behind it must come
            LOG.atWarn()
                    .addKeyValue("queue", queue)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("a message that holds no event is passed over");
            passedOver.run();
            var _ = acknowledge(from, tag);
        }
    }

    /** Of what somebody else published: the same at each redelivery. */
    private String stamp(EventMessage event) {
        var text = (queue + event.source() + " " + event.id() + " " + event.headers() + " ")
                .getBytes(StandardCharsets.UTF_8);
        var all = ByteBuffer.allocate(text.length + event.body().length)
                .put(text)
                .put(event.body())
                .array();
        return UUID.nameUUIDFromBytes(all).toString();
    }

    private CompletableFuture<Void> acknowledge(Channel from, long tag) {
        synchronized (this) {
            if (!from.equals(channel)) {
                return CompletableFuture.failedFuture(
                        new BusException("the connection that gave the event is gone; it comes again"));
            }
            unacknowledged.remove(tag);
        }
        try {
            from.basicAck(tag, false);
            return CompletableFuture.completedFuture(null);
        } catch (IOException | AlreadyClosedException e) {
            return CompletableFuture.failedFuture(new BusException("acknowledging an event of " + queue, e));
        }
    }

    synchronized int unacknowledged() {
        return unacknowledged.size();
    }

    /** What was given and not acknowledged goes back to the queue. */
    synchronized void detach() {
        var closing = channel;
        detached = true;
        channel = null;
        ready.clear();
        unacknowledged.clear();
        if (closing != null) {
            try {
                closing.abort();
            } catch (IOException _) {
                // gone already
            }
        }
    }

    @Override
    public Bus.Delivery take() throws InterruptedException {
        return ready.take();
    }

    private final class Given implements Bus.Delivery {
        private final Channel from;
        private final long tag;
        private final String stamp;
        private final EventMessage event;
        private final boolean redelivered;

        Given(Channel from, long tag, String stamp, EventMessage event, boolean redelivered) {
            this.from = from;
            this.tag = tag;
            this.stamp = stamp;
            this.event = event;
            this.redelivered = redelivered;
        }

        @Override
        public boolean mayBeRepeated() {
            return redelivered;
        }

        /** The queue has it again as soon as its channel is gone. */
        @Override
        public boolean isStale() {
            return !from.isOpen() || !from.equals(channel);
        }

        @Override
        public String stamp() {
            return stamp;
        }

        @Override
        public EventMessage event() {
            return event;
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            return RabbitFeed.this.acknowledge(from, tag);
        }
    }
}
