package dev.sluice.buses.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.dispatch.HandOver;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.delivery.Parcel;
import dev.sluice.workflows.delivery.Undelivered;
import io.grpc.Status;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.common.interceptors.WorkflowClientCallsInterceptor;
import io.temporal.common.interceptors.WorkflowClientCallsInterceptorBase;
import io.temporal.common.interceptors.WorkflowClientInterceptorBase;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
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

    private final WorkflowServiceStubs stubs = WorkflowServiceStubs.newLocalServiceStubs();
    private final AtomicInteger asked = new AtomicInteger();
    private final List<HandedOver> handedOver = new ArrayList<>();
    private final List<String> poked = new ArrayList<>();
    private Predicate<@Nullable List<String>> refused = _ -> false;

    private record HandedOver(
            @Nullable List<String> types, @Nullable List<String> ids) {}

    /** No server is there: the first question ends as one does that Temporal cannot answer at present, the next finds no workflow. */
    private final class Answers extends WorkflowClientInterceptorBase {
        @Override
        public WorkflowClientCallsInterceptor workflowClientCallsInterceptor(WorkflowClientCallsInterceptor next) {
            return new WorkflowClientCallsInterceptorBase(next) {
                @Override
                public WorkflowSignalWithStartOutput signalWithStart(WorkflowSignalWithStartInput input) {
                    var start = input.getWorkflowStartInput();
                    var attributes = start.getOptions().getTypedSearchAttributes();
                    var types = attributes.get(Wire.EVENT_TYPE);
                    var ids = attributes.get(Wire.EVENT_ID);
                    handedOver.add(new HandedOver(types, ids));
                    if (refused.test(ids)) {
                        throw Status.INVALID_ARGUMENT.asRuntimeException();
                    }
                    return new WorkflowSignalWithStartOutput(new WorkflowStartOutput(WorkflowExecution.newBuilder()
                            .setWorkflowId(start.getWorkflowId())
                            .build()));
                }

                @Override
                public ListWorkflowExecutionsOutput listWorkflowExecutions(ListWorkflowExecutionsInput input) {
                    return new ListWorkflowExecutionsOutput(Stream.of("ended", "refused", "open")
                            .map(id -> new WorkflowExecutionMetadata(
                                    WorkflowExecutionInfo.newBuilder()
                                            .setExecution(WorkflowExecution.newBuilder()
                                                    .setWorkflowId(id))
                                            .build(),
                                    Payloads.converter())));
                }

                @Override
                public WorkflowSignalOutput signal(WorkflowSignalInput input) {
                    var workflow = input.getWorkflowExecution();
                    switch (workflow.getWorkflowId()) {
                        case "ended" ->
                            throw new WorkflowNotFoundException(
                                    workflow, "Delivery", Status.NOT_FOUND.asRuntimeException());
                        case "refused" ->
                            throw new WorkflowServiceException(
                                    workflow, "Delivery", Status.RESOURCE_EXHAUSTED.asRuntimeException());
                        default -> poked.add(workflow.getWorkflowId());
                    }
                    return new WorkflowSignalOutput();
                }

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
        handOver().awaitSettled(TO, "stamp");

        assertThat(asked).hasValue(2);
    }

    /** Temporal refuses a search attribute of more than 2,048 bytes, for ever. */
    @Test
    void namesAsManyTypesAndIdsAsCanBeSearchedFor() {
        var events = IntStream.range(0, 100)
                .mapToObj(i -> event("\u00e9".repeat(100) + "t".repeat(97) + i, "\u20ac".repeat(300) + i))
                .toList();

        handOver().handOver(TO, events, Instant.MIN);

        var given = handedOver.getFirst();
        assertThat(given.types()).hasSizeGreaterThan(5);
        assertThat(given.ids()).hasSize(1);
        assertThat(List.of(requireNonNull(given.types()), requireNonNull(given.ids())))
                .allSatisfy(list -> assertThat(Payloads.converter()
                                .toPayload(list)
                                .orElseThrow()
                                .getData()
                                .size())
                        .isLessThan(2_000));
    }

    @Test
    void aBatchThatIsRefusedIsHandedOverInPartsAndASingleEventWithoutWhatItIsSearchedBy() {
        refused = ids -> ids != null;

        assertThatThrownBy(() -> handOver().handOver(TO, List.of(event("t", "1"), event("t", "2")), Instant.MIN))
                .isInstanceOf(HandOver.TooMuchException.class);
        handOver().handOver(TO, List.of(event("t", "1")), Instant.MIN);

        assertThat(handedOver)
                .containsExactly(
                        new HandedOver(List.of("t"), List.of("1", "2")),
                        new HandedOver(List.of("t"), List.of("1")),
                        new HandedOver(null, null));
    }

    @Test
    void oneThatHasEndedMeanwhileDoesNotKeepTheOthersFromGoingOn() {
        handOver().subscriberIsBack(TO);

        assertThat(poked).containsExactly("open");
    }

    private static Undelivered event(String type, String id) {
        return new Undelivered(new Parcel("stamp of " + id, type, "/s", id, Map.of(), ""), List.of());
    }

    private TemporalHandOver handOver() {
        var client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .setInterceptors(new Answers())
                        .build());
        return new TemporalHandOver(client, Duration.ofHours(1), Duration.ofMillis(1));
    }

    @AfterEach
    void stop() {
        stubs.shutdownNow();
    }
}
