package dev.sluice.buses.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.claim.ClaimLimits;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.dispatch.EmptyBus;
import dev.sluice.buses.dispatch.Nowhere;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.delivery.DeliveryActivities;
import dev.sluice.workflows.delivery.Parcel;
import dev.sluice.workflows.delivery.Subject;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.testing.TestActivityEnvironment;
import io.temporal.testing.TestEnvironmentOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CourierDeliveryActivitiesTest {
    private static final DeliveryPolicy POLICY = new DeliveryPolicy(
            10, Duration.ofSeconds(10), new Backoff(Backoff.Shape.LINEAR, Duration.ZERO, Duration.ZERO));
    private static final Subject SUBJECT = new Subject("default", "one", "one", POLICY);

    @TempDir
    Path folder;

    /** Every attempt asks where its subscriber is, and then there is none. */
    private final Semaphore mayGoOn = new Semaphore(0);

    private final AtomicInteger under = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private volatile boolean broken;

    private final Courier courier = new Courier((host, port) -> {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        most.accumulateAndGet(under.incrementAndGet(), Math::max);
        try {
            assertThat(mayGoOn.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            under.decrementAndGet();
        }
        return Optional.of(InetSocketAddress.createUnresolved(host, port));
    });

    private final TestActivityEnvironment environment =
            TestActivityEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                    .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                            .setDataConverter(Payloads.converter())
                            .build())
                    .build());
    private Dispatcher dispatcher;

    @BeforeEach
    void start() {
        dispatcher = new Dispatcher(
                new EmptyBus(),
                courier,
                new Nowhere(),
                DispatchLimits.DEFAULT,
                Clock.systemUTC(),
                new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
                folder.resolve("seen"));
        environment.registerActivitiesImplementations(new CourierDeliveryActivities(
                dispatcher,
                courier,
                ClaimStore.open(folder.resolve("big"), ClaimLimits.DEFAULT, Clock.systemUTC()),
                Clock.systemUTC()));
    }

    @AfterEach
    void stop() {
        mayGoOn.release(1_000);
        environment.close();
        dispatcher.close();
        courier.close();
    }

    private void subscribe(Terms terms) {
        dispatcher.put(new SubscriptionSettings(
                "one",
                "default",
                "one",
                new ChannelId("default", "c"),
                URI.create("http://subscriber/"),
                null,
                POLICY,
                terms));
    }

    private DeliveryActivities.Report attempt(int events, Duration startToClose) {
        var round = IntStream.range(0, events)
                .mapToObj(i -> new DeliveryActivities.Numbered(
                        2, new Parcel("stamp-" + i, "t", "/s", "id-" + i, Map.of(), ""), null))
                .toList();
        return environment
                .newActivityStub(
                        DeliveryActivities.class,
                        ActivityOptions.newBuilder()
                                .setStartToCloseTimeout(startToClose)
                                .build())
                .attempt(new DeliveryActivities.Round(SUBJECT, round));
    }

    @Test
    void attemptsNoMoreAtTheSameTimeThanTheSubscriptionAllows() {
        subscribe(Terms.NONE.withLimits(2, 0));
        var report = CompletableFuture.supplyAsync(() -> attempt(20, Duration.ofMinutes(10)));
        await().atMost(Duration.ofSeconds(30)).until(() -> under.get() >= 2);
        mayGoOn.release(20);

        assertThat(report.join().results()).hasSize(20);
        assertThat(report.join().untried()).isEmpty();
        assertThat(most).hasValue(2);
    }

    @Test
    void tellsWhatHadNoTurnInTheTimeOfARound() {
        subscribe(Terms.NONE);

        var report = attempt(3, Duration.ofSeconds(25));

        assertThat(report.results()).isEmpty();
        assertThat(report.untried()).containsExactly("stamp-0", "stamp-1", "stamp-2");
        assertThat(most).hasValue(0);
    }

    @Test
    void anErrorOfThisProcessIsAFailedAttempt() {
        broken = true;
        subscribe(Terms.NONE);

        var report = attempt(3, Duration.ofMinutes(10));

        assertThat(report.results()).hasSize(3).allSatisfy(result -> {
            assertThat(result.tried().verdict()).isEqualTo(Verdict.RETRY);
            assertThat(result.tried().detail())
                    .contains("IllegalStateException")
                    .doesNotContain("broken");
        });
    }
}
