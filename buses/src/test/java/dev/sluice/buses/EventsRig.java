package dev.sluice.buses;

import static org.awaitility.Awaitility.await;

import com.uber.m3.tally.RootScopeBuilder;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.connection.BusKind;
import dev.sluice.buses.dispatch.DispatchStats;
import dev.sluice.buses.send.HostResolver;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.temporaldev.TemporalDev;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.Workflows;
import dev.sluice.workflows.delivery.Phase;
import dev.sluice.workflows.delivery.Timeline;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The whole events role with its worker, as a process of the product has it, without Kubernetes. */
public final class EventsRig implements AutoCloseable {
    public static final ChannelId CHANNEL = new ChannelId("default", "aloha");
    public static final String HOST = "aloha-channel.default.svc.cluster.local";

    private final MeterRegistry numbers = new SimpleMeterRegistry();
    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;
    private final WorkerFactory workers;
    private final Events events;
    private boolean eventsClosed;
    private ChannelSettings channel = ChannelSettings.local(CHANNEL);

    public EventsRig(Path stateDir, String temporalTarget) {
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporalTarget)
                .setMetricsScope(new RootScopeBuilder()
                        .reporter(new MicrometerClientStatsReporter(numbers))
                        .reportEvery(com.uber.m3.util.Duration.ofMillis(100)))
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
        events = new Events(EventsConfig.in(stateDir, "localhost"), client, HostResolver.dns(), numbers).start();
        workers = WorkerFactory.newInstance(client);
        var worker = workers.newWorker(
                Wire.DELIVERY_QUEUE,
                // loading classes on a cold, busy machine takes more than the second that the default allows
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(10_000)
                        .setMaxHeartbeatThrottleInterval(Duration.ofMillis(200))
                        .build());
        Workflows.registerDelivery(worker);
        worker.registerActivitiesImplementations(events.activities());
        workers.start();
    }

    public static DeliveryPolicy quick(int retry) {
        return new DeliveryPolicy(
                retry,
                Duration.ofSeconds(5),
                new Backoff(Backoff.Shape.EXPONENTIAL, Duration.ofMillis(200), Duration.ofSeconds(1)));
    }

    /** A real server with Sluice's search attributes. */
    public static TemporalDev temporal(Path stateDir) {
        return TemporalDev.start(TemporalDev.Options.in(stateDir, System::getenv)
                .withSearchAttributes(Map.of(
                        Wire.KIND.getName(), "Keyword",
                        Wire.NAMESPACE.getName(), "Keyword",
                        Wire.NAME.getName(), "Keyword",
                        Wire.PHASE.getName(), "Keyword",
                        Wire.EVENT_TYPE.getName(), "KeywordList",
                        Wire.EVENT_ID.getName(), "KeywordList")));
    }

    /** The channel on another bus. Before {@link #subscribe}. */
    public EventsRig on(BusKind kind, Map<String, String> values) {
        events.connect(kind.word(), kind, values);
        channel = new ChannelSettings(CHANNEL, kind.word(), Map.of());
        return this;
    }

    public EventsRig subscribe(String uid, URI subscriber, DeliveryPolicy policy) {
        events.registerChannel(channel);
        events.register(new SubscriptionSettings(uid, "default", uid, CHANNEL, subscriber, null, policy));
        return this;
    }

    /** With more terms than where its events go. */
    public EventsRig subscribe(String uid, URI subscriber, DeliveryPolicy policy, Terms terms) {
        events.registerChannel(channel);
        events.register(new SubscriptionSettings(uid, "default", uid, CHANNEL, subscriber, null, policy, terms));
        return this;
    }

    public DispatchStats stats(String uid) {
        return Objects.requireNonNull(events.stats().get(uid));
    }

    /** The workflow that has the event, once it stands there. */
    public String awaitEvent(String id, Phase phase) {
        var workflow = new AtomicReference<>("");
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            workflow.set(events.deliveries().find("default", id).getFirst().workflowId());
            return events.deliveries().show(workflow.get()).events().stream()
                    .anyMatch(event -> event.id().equals(id) && event.phase() == phase);
        });
        return workflow.get();
    }

    public String completedHistory(String workflow) {
        client.newUntypedWorkflowStub(workflow).getResult(Timeline.class);
        return client.fetchHistory(workflow).toJson(true);
    }

    public void terminate(String workflow) {
        client.newUntypedWorkflowStub(workflow).terminate("a person did it");
    }

    /** The rounds of attempts that have ended, whatever came of them. */
    public long rounds(String workflow) {
        return client.fetchHistory(workflow).getEvents().stream()
                .filter(event -> event.hasActivityTaskCompletedEventAttributes()
                        || event.hasActivityTaskFailedEventAttributes()
                        || event.hasActivityTaskTimedOutEventAttributes())
                .count();
    }

    /** What was counted, of this name and with these labels; 0 when there is none. */
    public double counted(String name, String... labels) {
        return numbers.find(name).tags(labels).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    public double gauge(String name) {
        return numbers.get(name).gauge().value();
    }

    public Events events() {
        return events;
    }

    public Sender sender() {
        return new Sender(events.port());
    }

    /** The workers go on until {@link #close}. */
    public void closeEvents() {
        eventsClosed = true;
        events.close();
    }

    @Override
    public void close() {
        workers.shutdown();
        workers.awaitTermination(10, TimeUnit.SECONDS);
        if (!eventsClosed) {
            events.close();
        }
        stubs.shutdownNow();
    }
}
