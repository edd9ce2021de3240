package dev.sluice.buses.gcppubsub;

import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.api.gax.rpc.UnaryCallSettings;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import com.google.pubsub.v1.ListTopicsRequest;
import dev.sluice.buses.bus.BusException;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to Pub/Sub, and whether it can be used. A service that answers is asked every few seconds, for a network that
 * swallows what is sent tells nothing; one that does not is tried every second.
 */
final class GcpPubSubLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GcpPubSubLink.class);
    private static final Duration ONE_CALL = Duration.ofSeconds(5);
    private static final Duration ONE_PUBLICATION = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRIES = Duration.ofSeconds(10);
    private static final long ASK_AGAIN_MILLIS = 4_000;
    private static final long TRY_AGAIN_MILLIS = 1_000;
    /** As the service allows for one answer. */
    private static final int LARGEST_ANSWER = 20 << 20;

    private static final Set<Code> TRANSIENT =
            Set.of(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.ABORTED, Code.INTERNAL, Code.RESOURCE_EXHAUSTED);

    /** Too much was asked, or something there went wrong: it is there. */
    private static final Set<Code> ANSWERS = Set.of(Code.RESOURCE_EXHAUSTED, Code.ABORTED, Code.INTERNAL);

    private final String name;
    private final GcpPubSubSettings settings;
    private final Runnable setUp;
    private final ManagedChannel channel;
    private final ScheduledExecutorService timers;
    private final PublisherStub publisher;
    private final SubscriberStub subscriber;
    private final Thread keeper;
    private volatile Optional<String> trouble = Optional.of("Pub/Sub has not answered yet");
    private volatile boolean closed;
    /** Guarded by this. */
    private boolean doubted;

    /** @param setUp makes what there must be; called whenever the service answers again */
    GcpPubSubLink(String name, GcpPubSubSettings settings, Runnable setUp) {
        this.name = name;
        this.settings = settings;
        this.setUp = setUp;
        this.channel = Grpc.newChannelBuilderForAddress(settings.host(), settings.port(), settings.transport())
                .maxInboundMessageSize(LARGEST_ANSWER)
                .build();
        this.timers = Executors.newScheduledThreadPool(
                1, Thread.ofPlatform().daemon().name("gcppubsub " + name).factory());
        var transport = FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
        var credentials = settings.credentials();
        CredentialsProvider provider =
                credentials == null ? NoCredentialsProvider.create() : FixedCredentialsProvider.create(credentials);
        var publishing = PublisherStubSettings.newBuilder()
                .setTransportChannelProvider(transport)
                .setCredentialsProvider(provider)
                .setBackgroundExecutorProvider(FixedExecutorProvider.create(timers));
        var subscribing = SubscriberStubSettings.newBuilder()
                .setTransportChannelProvider(transport)
                .setCredentialsProvider(provider)
                .setBackgroundExecutorProvider(FixedExecutorProvider.create(timers));
        try {
            publishing.applyToAllUnaryMethods(GcpPubSubLink::patient);
            subscribing.applyToAllUnaryMethods(GcpPubSubLink::patient);
            once(publishing.listTopicsSettings(), ONE_CALL);
            once(publishing.publishSettings(), ONE_PUBLICATION); // its sender knows better whether to try again
            publishing
                    .publishSettings()
                    .setBatchingSettings(
                            BatchingSettings.newBuilder().setIsEnabled(false).build());
            this.publisher = GrpcPublisherStub.create(publishing.build());
            this.subscriber = GrpcSubscriberStub.create(subscribing.build());
        } catch (IOException e) {
            throw new UncheckedIOException("a client of Pub/Sub", e);
        }
        this.keeper = Thread.ofVirtual().name("gcppubsub " + name).unstarted(this::keep);
    }

    @SuppressWarnings("NullAway") // an ApiFunction<…, Void> can answer nothing else
    private static Void patient(UnaryCallSettings.Builder<?, ?> call) {
        call.setRetryableCodes(TRANSIENT)
                .setRetrySettings(RetrySettings.newBuilder()
                        .setTotalTimeoutDuration(RETRIES)
                        .setInitialRetryDelayDuration(Duration.ofMillis(100))
                        .setRetryDelayMultiplier(2)
                        .setMaxRetryDelayDuration(Duration.ofSeconds(1))
                        .setInitialRpcTimeoutDuration(ONE_CALL)
                        .setRpcTimeoutMultiplier(1)
                        .setMaxRpcTimeoutDuration(ONE_CALL)
                        .build());
        return null;
    }

    private static void once(UnaryCallSettings.Builder<?, ?> call, Duration timeout) {
        call.setRetryableCodes(Set.of()).setSimpleTimeoutNoRetriesDuration(timeout);
    }

    void start() {
        keeper.start();
    }

    PublisherStub publisher() {
        return publisher;
    }

    SubscriberStub subscriber() {
        return subscriber;
    }

    String project() {
        return settings.project();
    }

    Optional<String> trouble() {
        return trouble;
    }

    /** A call failed in a way that may concern all of them: asks at once, unless it is known to be away. */
    synchronized void doubt() {
        if (trouble.isEmpty()) {
            doubted = true;
            notifyAll();
        }
    }

    /** Something that must be there is not: nothing is published until it is made again. */
    synchronized void missing(String what) {
        if (trouble.isEmpty()) {
            LOG.atWarn().addKeyValue("bus", name).addKeyValue("what", what).log("Pub/Sub has lost what was made there");
            trouble = Optional.of("Pub/Sub has lost " + what + "; it is being made again");
            doubted = true;
            notifyAll();
        }
    }

    /** Whether the failure may be over soon; a server that is killed cancels what it was asked. */
    static boolean passing(ApiException e) {
        var code = e.getStatusCode().getCode();
        return code == Code.CANCELLED || TRANSIENT.contains(code);
    }

    /** Something asked of the service once it can be used. */
    <T> T with(String what, Supplier<T> work) {
        awaitUsable(what);
        try {
            return work.get();
        } catch (ApiException e) {
            throw new BusException(name + ": " + what, e);
        }
    }

    private synchronized void awaitUsable(String what) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (long left = PATIENCE.toMillis();
                    trouble.isPresent() && !closed && left > 0;
                    left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
                wait(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (trouble.isPresent()) {
            throw new BusException(name + ": " + what + ": " + trouble.get());
        }
    }

    private void keep() {
        try {
            while (!closed) {
                ask();
                await(trouble.isEmpty() ? ASK_AGAIN_MILLIS : TRY_AGAIN_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void await(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = millis;
        while (!closed && !doubted && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        doubted = false;
    }

    private void ask() {
        try {
            var _ = publisher
                    .listTopicsCallable()
                    .call(ListTopicsRequest.newBuilder()
                            .setProject("projects/" + settings.project())
                            .setPageSize(1)
                            .build());
            if (trouble.isPresent()) {
                setUp.run();
                usable();
            }
        } catch (RuntimeException | Error e) { // who asks must go on, whatever it is
            if (e instanceof ApiException api
                    && ANSWERS.contains(api.getStatusCode().getCode())
                    && trouble.isEmpty()) {
                return;
            }
            unusable("Pub/Sub cannot be used at " + settings + ": " + new BusException("asking it", e).getMessage());
        }
    }

    private synchronized void usable() {
        LOG.atInfo().addKeyValue("bus", name).log("connected to Pub/Sub");
        trouble = Optional.empty();
        notifyAll();
    }

    private void unusable(String why) {
        if (trouble.isEmpty() && !closed) {
            LOG.atWarn().addKeyValue("bus", name).addKeyValue("cause", why).log("Pub/Sub cannot be used");
        }
        trouble = Optional.of(why);
        channel.enterIdle(); // what swallowed the question is not asked again
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
        try {
            keeper.join();
            publisher.close();
            subscriber.close();
            channel.shutdownNow();
            channel.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        timers.shutdownNow();
    }
}
