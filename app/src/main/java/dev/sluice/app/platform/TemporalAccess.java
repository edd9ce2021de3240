package dev.sluice.app.platform;

import com.uber.m3.tally.Scope;
import dev.sluice.app.payloads.EncryptedPayloads;
import dev.sluice.app.payloads.PayloadKeys;
import dev.sluice.workflows.Payloads;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connection to Temporal and the workers that live on it. */
final class TemporalAccess implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int DRAIN_SECONDS = 10;
    /** As many as the SDK has by default. */
    private static final int MOST_ACTIVITIES = 200;
    /** By default a workflow thread that gets no core for a second fails its task, which is tried again ten seconds later. */
    private static final long STALL_MILLIS = 10_000;

    /** The SDK keeps a heartbeat back for most of its timeout, and what it tells is what counts when this process dies. */
    private static final Duration PROMPT = Duration.ofMillis(200);

    private final String target;
    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;
    private final WorkerFactory workers;

    /**
     * @param keys to encrypt histories with; null leaves them plain
     * @param numbers for what client and workers count
     */
    TemporalAccess(String target, @Nullable PayloadKeys keys, Scope numbers) {
        this.target = target;
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(target)
                .setMetricsScope(numbers)
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace("default")
                        .setDataConverter(converter(keys))
                        .setIdentity("sluice@" + ProcessHandle.current().pid())
                        .build());
        workers = WorkerFactory.newInstance(client);
    }

    private static DataConverter converter(@Nullable PayloadKeys keys) {
        return keys == null
                ? Payloads.converter()
                : new CodecDataConverter(Payloads.converter(), List.of(new EncryptedPayloads(keys)), true);
    }

    WorkflowClient client() {
        return client;
    }

    void worker(String queue, Consumer<Worker> registration) {
        worker(queue, MOST_ACTIVITIES, registration);
    }

    /**
     * Blocking activities are the rule, so they get virtual threads; workflow threads stay platform threads.
     *
     * @param most activities at a time
     */
    void worker(String queue, int most, Consumer<Worker> registration) {
        registration.accept(workers.newWorker(queue, options(most).build()));
    }

    /** Of activities whose heartbeats tell what they have done. */
    void promptWorker(String queue, Consumer<Worker> registration) {
        registration.accept(workers.newWorker(
                queue,
                options(MOST_ACTIVITIES).setMaxHeartbeatThrottleInterval(PROMPT).build()));
    }

    private static WorkerOptions.Builder options(int most) {
        return WorkerOptions.newBuilder()
                .setUsingVirtualThreadsOnActivityWorker(true)
                .setDefaultDeadlockDetectionTimeout(STALL_MILLIS)
                .setMaxConcurrentActivityExecutionSize(most);
    }

    void start() {
        connect(CONNECT_LIMIT);
        workers.start();
    }

    /**
     * The SDK's own limit is for the connection: its first call gives up after ten seconds, which a loaded machine may need.
     *
     * @throws PlatformException when Temporal does not answer within the limit
     */
    void connect(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                stubs.connect(limit);
                return;
            } catch (StatusRuntimeException e) {
                var code = e.getStatus().getCode();
                boolean mayPass = code == Status.Code.DEADLINE_EXCEEDED || code == Status.Code.UNAVAILABLE;
                if (!mayPass || System.nanoTime() - end > 0) {
                    throw new PlatformException("Temporal at " + target + " does not answer: " + e.getStatus());
                }
                LockSupport.parkNanos(PAUSE.toNanos());
                if (Thread.currentThread().isInterrupted()) { // told to stop
                    throw e;
                }
            }
        }
    }

    /** They finish what they do, for a while; what they work for must not be closed before. */
    void stopWorkers() {
        workers.shutdown();
        workers.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
        workers.shutdownNow();
    }

    @Override
    public void close() {
        stopWorkers();
        stubs.shutdownNow();
    }
}
