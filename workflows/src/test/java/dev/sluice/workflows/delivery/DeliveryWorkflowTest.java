package dev.sluice.workflows.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import io.temporal.activity.Activity;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerOptions;
import io.temporal.worker.WorkflowImplementationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveryWorkflowTest {
    private static final Subject ORDERED = new Subject("n", "s", "u", DeliveryPolicy.DEFAULT, false, true);

    private final Subscriber subscriber = new Subscriber();
    private TestWorkflowEnvironment environment;

    @BeforeEach
    void start() {
        environment = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .registerSearchAttribute(Wire.PHASE.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .build());
        var worker = environment.newWorker(
                Wire.DELIVERY_QUEUE,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(10_000)
                        .build());
        worker.registerWorkflowImplementationTypes(
                WorkflowImplementationOptions.newBuilder()
                        .setFailWorkflowExceptionTypes(Throwable.class) // a bug fails a test instead of hanging it
                        .build(),
                DeliveryWorkflowImpl.class);
        worker.registerActivitiesImplementations(subscriber);
        environment.start();
        subscriber.client = environment.getWorkflowClient();
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    private static DeliveryWorkflow.Batch batch(String stamp) {
        var parcel = new Parcel(stamp, "t", "/s", "id " + stamp, Map.of(), "");
        return new DeliveryWorkflow.Batch(List.of(new Undelivered(parcel, List.of())));
    }

    private static DeliveryWorkflow.Batch batch(String stamp, long rewoundMillis) {
        return new DeliveryWorkflow.Batch(batch(stamp).events(), rewoundMillis);
    }

    /** Takes everything but what is refused; when it hears that events are settled, the first time, one more is handed over. */
    private static final class Subscriber implements DeliveryActivities {
        final Set<String> refused = ConcurrentHashMap.newKeySet();
        final List<String> released = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger roundsWithoutATurn = new AtomicInteger();
        final AtomicInteger releasesToFail = new AtomicInteger();
        final List<String> delivered = Collections.synchronizedList(new ArrayList<>());

        volatile Duration roundTime = Duration.ZERO;

        @Nullable
        WorkflowClient client;

        private boolean told;

        @Override
        public Report attempt(Round round) {
            roundTime = Activity.getExecutionContext().getInfo().getStartToCloseTimeout();
            if (roundsWithoutATurn.getAndDecrement() > 0) {
                var untried = round.events().stream()
                        .map(event -> event.parcel().stamp())
                        .toList();
                return new Report(false, DeliveryPolicy.DEFAULT, List.of(), false, false, untried);
            }
            var results = new ArrayList<Result>();
            for (var event : round.events()) {
                boolean refuses = refused.contains(event.parcel().stamp());
                if (!refuses) {
                    delivered.add(event.parcel().stamp());
                }
                results.add(new Result(
                        event.parcel().stamp(),
                        new Tried(
                                event.number(),
                                System.currentTimeMillis(),
                                refuses ? Verdict.REJECTED : Verdict.DELIVERED,
                                refuses ? 400 : 200,
                                "",
                                0)));
            }
            return new Report(false, DeliveryPolicy.DEFAULT, results);
        }

        @Override
        public void release(Subject subject, List<String> claims) {
            if (releasesToFail.getAndDecrement() > 0) {
                throw new IllegalStateException("the disk is full");
            }
            released.addAll(claims);
        }

        @Override
        public synchronized void settled(Subject subject, List<String> stamps) {
            if (!told && client != null) {
                told = true;
                client.newUntypedWorkflowStub(
                                Activity.getExecutionContext().getInfo().getWorkflowId())
                        .signal("add", batch("late"));
            }
        }
    }

    /** Of the two the workflow has, one is parked, so that it is open when both are given again. */
    @Test
    void whatARewindGivesAgainIsDeliveredAgainAndARepetitionIsNot() {
        subscriber.refused.add("parked");
        var workflow = environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        DeliveryWorkflow.TYPE,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(Wire.DELIVERY_QUEUE)
                                .setWorkflowId("delivery/n/u/0/parked")
                                .build());
        var state = new Object[] {DeliveryState.of(new Subject("n", "s", "u", DeliveryPolicy.DEFAULT))};
        workflow.signalWithStart("add", new Object[] {batch("parked")}, state);
        workflow.signal("add", batch("delivered"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> phases(workflow).equals(List.of(Phase.PARKED, Phase.DELIVERED)));
        workflow.signal("add", batch("delivered")); // a repetition
        assertThat(phases(workflow)).containsExactly(Phase.PARKED, Phase.DELIVERED);
        subscriber.refused.clear();

        long rewound = System.currentTimeMillis() + 1;
        workflow.signal("add", batch("parked", rewound));
        workflow.signal("add", batch("delivered", rewound));

        var timeline = workflow.getResult(Timeline.class);
        assertThat(timeline.events()).extracting(Timeline.Event::phase).containsOnly(Phase.DELIVERED);
        assertThat(timeline.events()).extracting(Timeline.Event::attempts).containsExactly(2, 2);
        assertThat(subscriber.delivered).containsExactlyInAnyOrder("delivered", "parked", "delivered");
    }

    @Test
    void saysOfABigEventThatItIsNotNeededAnyMoreUntilThatIsNoted() {
        subscriber.refused.add("dropped");
        subscriber.releasesToFail.set(2);
        var workflow = environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        DeliveryWorkflow.TYPE,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(Wire.DELIVERY_QUEUE)
                                .setWorkflowId("delivery/n/u/0/dropped")
                                .build());
        var state = new Object[] {DeliveryState.of(new Subject("n", "s", "u", DeliveryPolicy.DEFAULT))};
        workflow.signalWithStart("add", new Object[] {big("dropped")}, state);
        workflow.signal("add", big("delivered"));
        workflow.signal("add", batch("small"));
        await().atMost(Duration.ofSeconds(30)).until(() -> subscriber.released.equals(List.of("claim of delivered")));
        assertThat(phases(workflow)).containsExactly(Phase.PARKED, Phase.DELIVERED, Phase.DELIVERED);

        workflow.update("drop", Integer.class, new DeliveryWorkflow.Chosen(List.of()));

        assertThat(workflow.getResult(Timeline.class).events()).hasSize(3);
        assertThat(subscriber.released).containsExactly("claim of delivered", "claim of dropped");
    }

    /** With a turn it takes the timeout twice, and first attempts that are before it do too. */
    @Test
    void aRoundHasTheTimeToWaitForItsTurn() {
        var policy = DeliveryPolicy.DEFAULT;
        delivered("turn", new Subject("n", "s", "u", policy));

        assertThat(subscriber.roundTime).isGreaterThan(policy.timeout().multipliedBy(4));
    }

    @Test
    void whatWasNotTriedIsTriedLongBeforeALongBackoffIsOver() {
        var slow = new Backoff(Backoff.Shape.LINEAR, Duration.ofHours(1), Duration.ofHours(1));
        var subject = new Subject("n", "s", "u", new DeliveryPolicy(1, Duration.ofSeconds(1), slow));

        var timeline = delivered("withheld", subject);

        assertThat(timeline.events().getFirst().attempts()).isEqualTo(1);
        var ended = environment
                .getWorkflowClient()
                .newUntypedWorkflowStub("delivery/n/u/0/withheld")
                .describe();
        assertThat(Duration.between(ended.getStartTime(), ended.getCloseTime())).isLessThan(Duration.ofMinutes(10));
    }

    @Test
    void doesNotCountARoundInWhichAnEventHadNoTurn() {
        subscriber.roundsWithoutATurn.set(3);

        var timeline = delivered("patient", new Subject("n", "s", "u", DeliveryPolicy.DEFAULT));

        assertThat(timeline.events().getFirst().attempts()).isEqualTo(1);
        assertThat(timeline.events().getFirst().tried()).hasSize(1);
    }

    private Timeline delivered(String stamp, Subject subject) {
        var workflow = environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        DeliveryWorkflow.TYPE,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(Wire.DELIVERY_QUEUE)
                                .setWorkflowId("delivery/n/u/0/" + stamp)
                                .build());
        workflow.signalWithStart("add", new Object[] {batch(stamp)}, new Object[] {DeliveryState.of(subject)});
        return workflow.getResult(Timeline.class);
    }

    private static DeliveryWorkflow.Batch big(String stamp) {
        var parcel = new Parcel(stamp, "t", "/s", "id " + stamp, Map.of(Parcel.CLAIM, "claim of " + stamp), "");
        return new DeliveryWorkflow.Batch(List.of(new Undelivered(parcel, List.of())));
    }

    private static List<Phase> phases(WorkflowStub workflow) {
        return workflow.query("timeline", Timeline.class).events().stream()
                .map(Timeline.Event::phase)
                .toList();
    }

    @Test
    void whatIsHandedOverWhileTheLastHintIsGivenIsDeliveredToo() {
        var workflow = environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        DeliveryWorkflow.TYPE,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(Wire.DELIVERY_QUEUE)
                                .setWorkflowId("delivery/n/u/0/early")
                                .build());
        workflow.signalWithStart("add", new Object[] {batch("early")}, new Object[] {DeliveryState.of(ORDERED)});

        var timeline = workflow.getResult(Timeline.class);

        assertThat(subscriber.delivered).containsExactly("early", "late");
        assertThat(timeline.events()).extracting(Timeline.Event::phase).containsOnly(Phase.DELIVERED);
    }
}
