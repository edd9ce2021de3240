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
import dev.sluice.buses.dispatch.Turns;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.delivery.DeliveryActivities;
import dev.sluice.workflows.delivery.DeliveryWorkflowImpl;
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
import java.util.concurrent.CopyOnWriteArrayList;
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
    private static final Duration ANY_TIME = Duration.ofMinutes(1);
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
                new RecentEvents(100, Clock.systemUTC()),
                folder.resolve("seen"));
        environment.registerActivitiesImplementations(new CourierDeliveryActivities(
                dispatcher,
                courier,
                ClaimStore.open(folder.resolve("big"), ClaimLimits.DEFAULT, Clock.systemUTC()),
                new RecentEvents(100, Clock.systemUTC()),
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
        return attempt(events, startToClose, Duration.ofSeconds(5));
    }

    private DeliveryActivities.Report attempt(int events, Duration startToClose, Duration heartbeat) {
        var round = IntStream.range(0, events)
                .mapToObj(i -> new DeliveryActivities.Numbered(
                        2, new Parcel("stamp-" + i, "t", "/s", "id-" + i, Map.of(), ""), null))
                .toList();
        return environment
                .newActivityStub(
                        DeliveryActivities.class,
                        ActivityOptions.newBuilder()
                                .setStartToCloseTimeout(startToClose)
                                .setHeartbeatTimeout(heartbeat)
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

    /** One whose events come to their turns one by one, each before anybody grows impatient. */
    @Test
    void tellsHowFarItIsWhileItBegins() {
        mayGoOn.release(1_000);
        subscribe(Terms.NONE.withLimits(0, 20));
        var told = new CopyOnWriteArrayList<DeliveryActivities.Report>();
        environment.setActivityHeartbeatListener(DeliveryActivities.Report.class, told::add);

        var report = attempt(30, Duration.ofMinutes(10), Duration.ofMillis(100));

        assertThat(report.results()).hasSize(30);
        assertThat(told.getFirst().results()).isEmpty();
        assertThat(told.getFirst().untried())
                .as("what may begin at once is not said to be untried")
                .hasSize(30 - DeliveryWorkflowImpl.ROUND_WIDTH)
                .endsWith("stamp-29");
        assertThat(told).anySatisfy(half -> {
            assertThat(half.results()).isNotEmpty();
            assertThat(half.untried()).isNotEmpty().doesNotContain("stamp-0").endsWith("stamp-29");
        });
    }

    @Test
    void beginsNothingMoreWhenNobodyWaitsForIt() {
        mayGoOn.release(1_000);
        subscribe(Terms.NONE);
        environment.requestCancelActivity();

        assertThat(attempt(3, Duration.ofMinutes(10)).untried()).hasSize(3);
        assertThat(most).hasValue(0);
    }

    /** First attempts ask for the next turn as soon as they have one. */
    @Test
    void aRetryKeepsItsPlaceInTheQueueWhileItWaits() throws Exception {
        subscribe(Terms.NONE.withLimits(1, 0));
        var turns = dispatcher.turns("one").orElseThrow();
        var first = turns.retry(false, ANY_TIME).orElseThrow();
        var told = new AtomicInteger();
        environment.setActivityHeartbeatListener(DeliveryActivities.Report.class, _ -> told.incrementAndGet());
        var report = CompletableFuture.supplyAsync(() -> attempt(1, Duration.ofMinutes(10), Duration.ofMillis(100)));
        await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= 2);
        var second = new CompletableFuture<Turns.Turn>();
        var behind = Thread.ofPlatform().start(() -> {
            try {
                second.complete(turns.retry(false, ANY_TIME).orElseThrow());
            } catch (InterruptedException e) {
                second.completeExceptionally(e);
            }
        });
        await().atMost(Duration.ofSeconds(30)).until(() -> behind.getState() == Thread.State.TIMED_WAITING);
        int before = told.get();
        await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= before + 2);

        first.close();

        await().atMost(Duration.ofSeconds(30)).until(() -> second.isDone() || under.get() == 1);
        assertThat(second).isNotDone();
        mayGoOn.release();
        assertThat(report.join().results()).hasSize(1);
        second.join().close();
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
