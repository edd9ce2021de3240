package dev.sluice.serving;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.Kinds;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.config.ServingConfigMaps;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.kubedev.KubeDev;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.serving.config.LiveSettings;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.temporal.client.WorkflowClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A control plane with our kinds, serving, and a gateway and pods that are played. */
final class Platform implements AutoCloseable {
    /** An image that needs no registry: it has its digest already. */
    static String image(String name) {
        return "registry.test/" + name + "@sha256:" + "0".repeat(64);
    }

    final KubeDev kube;
    final KubernetesClient client;
    final RecordingGateway gateway = new RecordingGateway();
    final Requests requests = new Requests();
    private final PodActor actor;
    private final ServingConfig config;
    private final WorkflowClient workflows;
    final LiveSettings settings;
    Serving serving;

    Platform(Path folder, WorkflowClient workflows, ServingConfig config) {
        this.workflows = workflows;
        this.config = config;
        kube = KubeDev.start(KubeDev.Options.forTests(folder, System::getenv));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("requests", requests))
                .build();
        install();
        namespace(ServingConfigMaps.NAMESPACE);
        actor = new PodActor(client);
        settings = new LiveSettings(client, config.place());
        settings.start();
        serving = new Serving(config, settings, client, workflows);
        serving.start(gateway);
    }

    /** As after a restart of the program: nothing is remembered but what stands in the cluster. */
    void restartServing() {
        restartServing(() -> {});
    }

    /** @param meanwhile what happens while no controller is there */
    void restartServing(Runnable meanwhile) {
        serving.close();
        meanwhile.run();
        serving = new Serving(config, settings, client, workflows);
        serving.start(gateway);
    }

    void namespace(String name) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    /** Applies a Service with one container of this image; {@code more} are annotations of its template. */
    void apply(String namespace, String name, String image, Map<String, String> annotations, Map<String, String> more)
            throws Exception {
        var json = new ObjectMapper();
        var object = json.createObjectNode()
                .put("apiVersion", "serving.knative.dev/v1")
                .put("kind", "Service");
        var meta = object.putObject("metadata").put("name", name).put("namespace", namespace);
        meta.set("annotations", json.valueToTree(annotations));
        var template = object.putObject("spec").putObject("template");
        template.putObject("metadata").set("annotations", json.valueToTree(more));
        template.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "user-container")
                .put("image", image);
        KnativeService service = json.treeToValue(object, KnativeService.class);
        client.resource(service).forceConflicts().serverSideApply();
    }

    /** Writes a ConfigMap of {@code knative-serving}, whole. */
    void configure(String name, Map<String, String> data) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(ServingConfigMaps.NAMESPACE)
                        .endMetadata()
                        .withData(data)
                        .build())
                .forceConflicts()
                .serverSideApply();
    }

    /** As if nobody had ever written a ConfigMap. */
    void unconfigure() {
        client.configMaps()
                .inNamespace(ServingConfigMaps.NAMESPACE)
                .resources()
                .filter(map ->
                        ServingSettings.NAMES.contains(map.item().getMetadata().getName()))
                .forEach(map -> map.delete());
        await().atMost(Duration.ofSeconds(10)).until(() -> settings.get().equals(ServingSettings.of(config.place())));
    }

    /** Sets a label of a Service. */
    void label(String namespace, String name, String key, String value) {
        client.resources(KnativeService.class)
                .inNamespace(namespace)
                .withName(name)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"" + key + "\":\"" + value + "\"}}}");
    }

    void awaitReady(String namespace, String name) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> condition(service(namespace, name).getStatus().conditions(), "Ready")
                        .equals("True"));
    }

    KnativeService service(String namespace, String name) {
        return Objects.requireNonNull(client.resources(KnativeService.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    Route route(String namespace, String name) {
        return Objects.requireNonNull(client.resources(Route.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    Revision revision(String namespace, String name) {
        return Objects.requireNonNull(client.resources(Revision.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    int replicas(RevisionId id) {
        var deployment = client.apps()
                .deployments()
                .inNamespace(id.namespace())
                .withName(id.name() + "-deployment")
                .get();
        return deployment == null ? -1 : deployment.getSpec().getReplicas();
    }

    /** Status and reason of a condition, as {@code True} or {@code False Reason}. */
    static String condition(java.util.List<dev.sluice.api.conditions.Condition> conditions, String type) {
        return conditions.stream()
                .filter(c -> c.type().equals(type))
                .map(c -> c.reason() == null ? c.status() : c.status() + " " + c.reason())
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        serving.close();
        settings.close();
        actor.close();
        client.close();
        kube.close();
    }

    private void install() {
        for (Class<? extends HasMetadata> kind : Kinds.customResources()) {
            var file = "/crds/" + HasMetadata.getPlural(kind) + "." + HasMetadata.getGroup(kind) + ".yaml";
            CustomResourceDefinition crd = client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .load(Platform.class.getResourceAsStream(file))
                    .item();
            crd.getSpec().setConversion(null); // no webhook runs here, and only one version is used
            client.resource(crd).create();
        }
        for (Class<? extends HasMetadata> kind : Kinds.customResources()) {
            client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName(HasMetadata.getPlural(kind) + "." + HasMetadata.getGroup(kind))
                    .waitUntilCondition(
                            crd -> crd != null
                                    && crd.getStatus() != null
                                    && crd.getStatus().getConditions() != null
                                    && crd.getStatus().getConditions().stream()
                                            .anyMatch(c -> c.getType().equals("Established")
                                                    && c.getStatus().equals("True")),
                            Duration.ofSeconds(20).toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }
}
