package dev.sluice.workflows.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import io.temporal.activity.Activity;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerOptions;
import io.temporal.worker.WorkflowImplementationOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

    /** Takes everything; when it hears that events are settled, the first time, one more is handed over. */
    private static final class Subscriber implements DeliveryActivities {
        final List<String> delivered = Collections.synchronizedList(new ArrayList<>());

        @Nullable
        WorkflowClient client;

        private boolean told;

        @Override
        public Report attempt(Round round) {
            var results = new ArrayList<Result>();
            for (var event : round.events()) {
                delivered.add(event.parcel().stamp());
                results.add(new Result(
                        event.parcel().stamp(), new Tried(event.number(), 1, Verdict.DELIVERED, 200, "OK", 0)));
            }
            return new Report(false, DeliveryPolicy.DEFAULT, results);
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
