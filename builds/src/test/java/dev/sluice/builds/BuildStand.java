package dev.sluice.builds;

import dev.sluice.activities.build.BuildLogs;
import dev.sluice.activities.build.BuildPodSettings;
import dev.sluice.activities.build.KubernetesBuildActivities;
import dev.sluice.activities.build.LogArchive;
import dev.sluice.api.build.Build;
import dev.sluice.builds.image.SluiceImages;
import dev.sluice.kubedev.KubeDev;
import dev.sluice.temporaldev.TemporalDev;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.Workflows;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Builds on real engines: kube-dev with its node and registry, a Temporal dev server, the controller, a worker and the images. */
final class BuildStand implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    final KubernetesClient client;
    final WorkflowClient temporal;
    final String registry;
    final BuildLogs logs;
    final KubeDev kube;

    BuildStand(Path folder) throws IOException, InterruptedException {
        kube = opened(KubeDev.start(KubeDev.Options.in(folder.resolve("kube"), System::getenv)));
        var dev = opened(TemporalDev.start(TemporalDev.Options.in(folder.resolve("temporal"), System::getenv)
                .withSearchAttributes(Map.of(
                        "SluiceKind", "Keyword",
                        "SluiceNamespace", "Keyword",
                        "SluiceName", "Keyword",
                        "SluicePhase", "Keyword"))));
        client = opened(new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build());
        definitions();
        registry = kube.registry().orElseThrow().address();
        var images = SluiceImages.ensure(StepImages.ingredients(registry));
        client.resource(Files.newInputStream(Path.of("../deploy/templates/jib.yaml")))
                .serverSideApply();
        var stubs = WorkflowServiceStubs.newServiceStubs(
                WorkflowServiceStubsOptions.newBuilder().setTarget(dev.target()).build());
        open.push(stubs::shutdownNow);
        temporal = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
        var archive = new LogArchive(folder.resolve("logs"));
        logs = new BuildLogs(client, archive);
        var settings = new BuildPodSettings(images.step(), List.of(registry), images.environment());
        worker(new KubernetesBuildActivities(client, settings, archive, Clock.systemUTC()));
        var operator = new Operator(o -> o.withKubernetesClient(client).withCloseClientOnStop(false));
        new Builds(temporal).reconcilers().forEach(operator::register);
        operator.start();
        open.push(operator::stop);
    }

    private void worker(KubernetesBuildActivities activities) {
        var factory = WorkerFactory.newInstance(temporal);
        var worker = factory.newWorker(
                Wire.BUILD_QUEUE,
                WorkerOptions.newBuilder()
                        .setUsingVirtualThreadsOnActivityWorker(true)
                        .setDefaultDeadlockDetectionTimeout(10_000)
                        .build());
        Workflows.registerBuild(worker);
        worker.registerActivitiesImplementations(activities);
        factory.newWorker(Wire.BUILD_TURNS_QUEUE).registerActivitiesImplementations(activities);
        factory.start();
        open.push(() -> {
            factory.shutdownNow();
            factory.awaitTermination(10, TimeUnit.SECONDS);
        });
    }

    private void definitions() throws IOException {
        for (var plural : List.of("builds", "buildtemplates", "clusterbuildtemplates")) {
            try (var yaml = Files.newInputStream(Path.of("../deploy/crds/" + plural + ".build.knative.dev.yaml"))) {
                var definition = client.resource(yaml);
                definition.serverSideApply();
                client.resources(CustomResourceDefinition.class)
                        .withName(plural + ".build.knative.dev")
                        .waitUntilCondition(BuildStand::established, 30, TimeUnit.SECONDS);
            }
        }
    }

    private static boolean established(CustomResourceDefinition definition) {
        return definition != null
                && definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established")
                                && c.getStatus().equals("True"));
    }

    /** Applies a Build of this spec, as YAML, and waits for its end. */
    Build run(String name, String spec) {
        apply(name, spec);
        return awaitEnd(name);
    }

    void apply(String name, String spec) {
        var yaml = "apiVersion: build.knative.dev/v1alpha1\nkind: Build\nmetadata: {name: " + name
                + ", namespace: default}\nspec:\n" + spec.indent(2);
        client.resource(new java.io.ByteArrayInputStream(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .create();
    }

    Build awaitEnd(String name) {
        return client.resources(Build.class)
                .inNamespace("default")
                .withName(name)
                .waitUntilCondition(b -> b != null && b.getStatus().done(), 120, TimeUnit.SECONDS);
    }

    /** Writes the histories of all builds, for {@code BuildReplayTest}. */
    void export(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (var build : client.resources(Build.class).inAnyNamespace().list().getItems()) {
            var meta = build.getMetadata();
            var id = Wire.buildId(meta.getNamespace(), meta.getName(), meta.getUid());
            Files.writeString(
                    folder.resolve("0.1-" + meta.getName() + ".json"),
                    temporal.fetchHistory(id).toJson(true));
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                throw new IllegalStateException("closing the stand", e);
            }
        }
    }
}
