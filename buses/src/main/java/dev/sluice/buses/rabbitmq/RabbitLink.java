package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.sluice.buses.bus.BusException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to RabbitMQ, made again whenever they are lost. Publishing has one of its own: a broker that has no room stops
 * reading from it, and acknowledgements must still get through.
 */
final class RabbitLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RabbitLink.class);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Declares what there must be and starts the consumers; called on each new pair of connections. */
    interface Setup {
        void on(Connection consuming) throws IOException;
    }

    /** A working pair. */
    record Connected(Connection publishing, Connection consuming, Confirms confirms) {}

    private final String name;
    private final RabbitSettings settings;
    private final Setup setup;
    private final Predicate<String> queued;
    private final Thread keeper;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    // guarded by this
    private @Nullable Connected connected;
    private volatile Optional<String> lost = Optional.of("RabbitMQ is not connected yet");
    private volatile Optional<String> blocked = Optional.empty();
    private volatile boolean closed;

    /** @param queued as {@link Confirms} asks */
    RabbitLink(String name, RabbitSettings settings, Setup setup, Predicate<String> queued) {
        this.name = name;
        this.settings = settings;
        this.setup = setup;
        this.queued = queued;
        this.keeper = Thread.ofVirtual().name("rabbitmq " + name).unstarted(this::keep);
    }

    void start() {
        keeper.start();
    }

    Optional<String> trouble() {
        return lost.or(() -> blocked);
    }

    synchronized Optional<Connected> now() {
        return Optional.ofNullable(connected);
    }

    /** Something done on a channel of its own, once there is a connection. */
    interface Work<T> {
        T on(Channel channel) throws IOException;
    }

    <T> T with(String what, Work<T> work) {
        return with(await(what), what, work);
    }

    /** Or not at all, when there is no connection. */
    <T> T withNow(String what, Work<T> work) {
        return with(connected(what), what, work);
    }

    private <T> T with(Connected pair, String what, Work<T> work) {
        try (var channel = pair.consuming().createChannel()) {
            return work.on(channel);
        } catch (IOException | TimeoutException | RuntimeException e) {
            throw new BusException(name + ": " + what, e);
        }
    }

    synchronized Connected await(String what) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (connected == null && !closed) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                wait(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return connected(what);
    }

    synchronized Connected connected(String what) {
        var pair = connected;
        if (pair == null) {
            throw new BusException(name + ": " + what + ": " + trouble().orElse("RabbitMQ is not connected"));
        }
        return pair;
    }

    private void keep() {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (!closed) {
                if (hold()) {
                    pause = FIRST_PAUSE_MILLIS;
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Connects and stays until the connection is lost; whether there was one. */
    private boolean hold() throws InterruptedException {
        var gone = new CountDownLatch(1);
        Connection publishing = null;
        Connection consuming = null;
        try {
            publishing = connect("publish", gone);
            consuming = connect("consume", gone);
            publishing.addBlockedListener(new BlockedListener() {
                @Override
                public void handleBlocked(String reason) {
                    LOG.atWarn()
                            .addKeyValue("bus", name)
                            .addKeyValue("cause", reason)
                            .log("RabbitMQ takes no events");
                    blocked = Optional.of("RabbitMQ takes no events at present: " + reason);
                }

                @Override
                public void handleUnblocked() {
                    LOG.atInfo().addKeyValue("bus", name).log("RabbitMQ takes events again");
                    blocked = Optional.empty();
                }
            });
            setup.on(consuming);
            established(new Connected(publishing, consuming, new Confirms(publishing.createChannel(), queued)));
            gone.await();
            lost("the connection to RabbitMQ was lost");
            return true;
        } catch (IOException | TimeoutException | RuntimeException | Error e) { // another one is tried
            lost("RabbitMQ does not answer at " + settings + ": " + new BusException("connecting", e).getMessage());
            return false;
        } finally {
            abort(publishing);
            abort(consuming);
        }
    }

    private Connection connect(String purpose, CountDownLatch gone) throws IOException, TimeoutException {
        var factory = settings.factory();
        factory.setSharedExecutor(threads);
        var connection = factory.newConnection("sluice " + name + " " + purpose);
        connection.addShutdownListener(_ -> gone.countDown());
        return connection;
    }

    private synchronized void established(Connected pair) {
        if (lost.isPresent()) {
            LOG.atInfo().addKeyValue("bus", name).log("connected to RabbitMQ");
        }
        connected = pair;
        lost = Optional.empty();
        notifyAll();
    }

    private synchronized void lost(String why) {
        if (!closed && (connected != null || lost.isEmpty())) {
            LOG.atWarn().addKeyValue("bus", name).addKeyValue("cause", why).log("RabbitMQ cannot be used");
        }
        connected = null;
        lost = Optional.of(why);
        blocked = Optional.empty();
    }

    private static void abort(@Nullable Connection connection) {
        if (connection != null) {
            connection.abort(1_000);
        }
    }

    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
        try {
            keeper.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        threads.shutdown();
    }
}
