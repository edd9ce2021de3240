package dev.sluice.buses.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.model.delivery.DeliveryPolicy;
import io.grpc.Status;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.common.interceptors.WorkflowClientCallsInterceptor;
import io.temporal.common.interceptors.WorkflowClientCallsInterceptorBase;
import io.temporal.common.interceptors.WorkflowClientInterceptorBase;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TemporalHandOverTest {
    private static final SubscriptionSettings TO = new SubscriptionSettings(
            "uid",
            "default",
            "orderly",
            new ChannelId("default", "aloha"),
            URI.create("http://one/"),
            null,
            DeliveryPolicy.DEFAULT);

    private final AtomicInteger asked = new AtomicInteger();

    /** No server is there: the first question ends as one does that Temporal cannot answer at present, the next finds no workflow. */
    private final class Answers extends WorkflowClientInterceptorBase {
        @Override
        public WorkflowClientCallsInterceptor workflowClientCallsInterceptor(WorkflowClientCallsInterceptor next) {
            return new WorkflowClientCallsInterceptorBase(next) {
                @Override
                public DescribeWorkflowOutput describe(DescribeWorkflowInput input) {
                    var workflow = input.getWorkflowExecution();
                    if (asked.incrementAndGet() == 1) {
                        throw new WorkflowServiceException(
                                workflow, "Delivery", Status.UNAVAILABLE.asRuntimeException());
                    }
                    throw new WorkflowNotFoundException(workflow, "Delivery", Status.NOT_FOUND.asRuntimeException());
                }
            };
        }
    }

    @Test
    @Timeout(60)
    void aQuestionThatWasNotAnsweredIsAskedAgainLongBeforeTheNextLook() throws Exception {
        var stubs = WorkflowServiceStubs.newLocalServiceStubs();
        try {
            var client = WorkflowClient.newInstance(
                    stubs,
                    WorkflowClientOptions.newBuilder()
                            .setInterceptors(new Answers())
                            .build());

            new TemporalHandOver(client, Duration.ofHours(1), Duration.ofMillis(1)).awaitSettled(TO, "stamp");

            assertThat(asked).hasValue(2);
        } finally {
            stubs.shutdownNow();
        }
    }
}
