package dev.sluice.temporaldev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.processes.EngineException;
import dev.sluice.temporaldev.TemporalDev.Options;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributes;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalDevIT {

    private static final Duration RECOVERY = Duration.ofMinutes(1);
    private static final SearchAttributeKey<String> NAME = SearchAttributeKey.forKeyword("SluiceName");
    private static final Map<String, String> ATTRIBUTES =
            Map.of("SluiceName", "Keyword", "SluiceEventType", "KeywordList");

    /** Collects words until it is told to stop. */
    @WorkflowInterface
    public interface Collecting {
        @WorkflowMethod
        List<String> run();

        @SignalMethod
        void word(String word);
    }

    /** As Temporal wants it: public, with a public constructor. */
    public static final class CollectingImpl implements Collecting {
        private final List<String> words = new ArrayList<>();

        @Override
        public List<String> run() {
            Workflow.await(() -> words.contains("stop"));
            return words;
        }

        @Override
        public void word(String word) {
            words.add(word);
        }
    }

    private record Session(WorkflowServiceStubs stubs, WorkflowClient client, WorkerFactory factory)
            implements AutoCloseable {
        static Session with(TemporalDev temporal) {
            var stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                    .setTarget(temporal.target())
                    .build());
            var client = WorkflowClient.newInstance(stubs);
            var factory = WorkerFactory.newInstance(client);
            factory.newWorker("q").registerWorkflowImplementationTypes(CollectingImpl.class);
            factory.start();
            return new Session(stubs, client, factory);
        }

        Collecting begin(String id) {
            var workflow = client.newWorkflowStub(
                    Collecting.class,
                    WorkflowOptions.newBuilder()
                            .setWorkflowId(id)
                            .setTaskQueue("q")
                            .setTypedSearchAttributes(
                                    SearchAttributes.newBuilder().set(NAME, id).build())
                            .build());
            WorkflowClient.start(workflow::run);
            return workflow;
        }

        @Override
        public void close() {
            factory.shutdownNow();
            stubs.shutdownNow();
        }
    }

    @Test
    void aKilledServerComesBackAtItsPortsWithItsWorkflows(@TempDir Path folder) throws Exception {
        try (var temporal = TemporalDev.start(Options.in(folder, System::getenv).withSearchAttributes(ATTRIBUTES));
                var session = Session.with(temporal)) {
            session.begin("survivor").word("before");
            long killed = temporal.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            await().atMost(RECOVERY).until(() -> temporal.pid() != killed);
            assertThat(temporal.awaitServing(RECOVERY)).isTrue();
            assertThat(temporal.restarts()).isEqualTo(1);

            var workflow = session.client().newWorkflowStub(Collecting.class, "survivor");
            workflow.word("after");
            workflow.word("stop");
            assertThat(session.client().newUntypedWorkflowStub("survivor").getResult(Object.class))
                    .isEqualTo(List.of("before", "after", "stop"));
            // By its search attribute, which the server therefore knows.
            await().atMost(RECOVERY)
                    .untilAsserted(() -> assertThat(session.client()
                                    .listExecutions("SluiceName = 'survivor'")
                                    .map(execution -> execution.getExecution().getWorkflowId()))
                            .containsExactly("survivor"));
        }
    }

    @Test
    void aLaterStartFindsItsStateItsPortsAndTakesNewAttributes(@TempDir Path folder) throws Exception {
        int port;
        try (var temporal = TemporalDev.start(
                        Options.in(folder, System::getenv).withSearchAttributes(Map.of("SluiceName", "Keyword")));
                var session = Session.with(temporal)) {
            port = temporal.port();
            session.begin("kept").word("one");
        }
        try (var temporal = TemporalDev.start(Options.in(folder, System::getenv).withSearchAttributes(ATTRIBUTES));
                var session = Session.with(temporal)) {
            assertThat(temporal.port()).isEqualTo(port);
            session.client().newWorkflowStub(Collecting.class, "kept").word("stop");
            assertThat(session.client().newUntypedWorkflowStub("kept").getResult(Object.class))
                    .isEqualTo(List.of("one", "stop"));
            assertThat(session.client().listExecutions("SluiceEventType = 'x'")).isEmpty();

            try (var http = HttpClient.newHttpClient()) {
                assertThat(http.send(HttpRequest.newBuilder(temporal.ui()).build(), BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
        }
        assertThatThrownBy(() -> TemporalDev.start(
                        Options.in(folder, System::getenv).withSearchAttributes(Map.of("SluiceName", "Int"))))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("SluiceName");
    }
}
