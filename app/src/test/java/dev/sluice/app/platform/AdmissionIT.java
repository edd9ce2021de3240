package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Kinds;
import dev.sluice.app.webhook.PodDryRun;
import dev.sluice.app.webhook.WebhookServer;
import dev.sluice.kubedev.KubeDev;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real API server says to good and bad manifests once our definitions and webhooks are installed. */
class AdmissionIT {
    @TempDir
    static Path folder;

    private static final Parts PARTS = new Parts();
    private static KubernetesClient client;

    @BeforeAll
    static void install() {
        var kube = PARTS.add("kube", KubeDev.start(KubeDev.Options.forTests(folder.resolve("kube"), System::getenv)));
        client = PARTS.add("client", Cluster.connect(kube.kubeconfig()));
        var loopback = InetAddress.getLoopbackAddress();
        var webhooks = PARTS.add(
                "webhooks",
                WebhookServer.start(
                        new WebhookServer.Options(
                                loopback, 0, "127.0.0.1", folder.resolve("keys.p12"), Clock.systemUTC()),
                        Kinds.admissions(),
                        Kinds.conversions(),
                        new PodDryRun(client)));
        var installer = new Installer(client, _ -> {});
        installer.install(webhooks.url(), webhooks.caBundle());
        installer.createConfigMaps("example.test");
    }

    @AfterAll
    static void stop() {
        PARTS.close();
    }

    @Test
    void defaultsAreStored() {
        var created = client.resource(service(anyName(), "image: registry.test/app:1"))
                .create();

        assertThat((Integer) created.get("spec", "template", "spec", "timeoutSeconds"))
                .isEqualTo(300);
    }

    @Test
    void refusalCarriesTheNameAndTheWordsThatUsersKnow() {
        assertThatThrownBy(() ->
                        client.resource(service(anyName(), "name: no-image")).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(
                        "admission webhook \"validation.webhook.serving.knative.dev\" denied the request: "
                                + "validation failed: missing field(s): spec.template.spec.containers[0].image");
    }

    @Test
    void nothingRefusedIsStored() {
        var name = anyName();

        assertThatThrownBy(
                () -> client.resource(service(name, "name: no-image")).create());

        assertThat(client.resource(service(name, "image: a")).get()).isNull();
    }

    @Test
    void dryRunIsCheckedAndStoresNothing() {
        var name = anyName();

        client.resource(service(name, "image: registry.test/app:1")).dryRun().create();
        assertThatThrownBy(() -> client.resource(service(name, "name: no-image"))
                        .dryRun()
                        .create())
                .hasMessageContaining("missing field(s): spec.template.spec.containers[0].image");

        assertThat(client.resource(service(name, "image: a")).get()).isNull();
    }

    @Test
    void whatTheClusterWouldNotRunIsRefusedWhenTried() {
        var asks = "{image: registry.test/app, env: [{name: \"not a=name\", value: x}]}";

        assertThatThrownBy(
                        () -> client.resource(service(anyName(), asks)).dryRun().create())
                .hasMessageContaining("denied the request: validation callback failed: dry run failed with Pod ")
                .hasMessageContaining("env[0].name")
                .hasMessageContaining(": spec.template");
        client.resource(service(anyName(), "image: registry.test/app")).dryRun().create();
    }

    @Test
    void aNameIsMadeUpWhereAsked() {
        var service = service("x", "image: registry.test/app");
        service.getMetadata().setName(null);
        service.getMetadata().setGenerateName("made-up-");

        assertThat(client.resource(service).create().getMetadata().getName()).startsWith("made-up-");
    }

    @Test
    void unknownFieldIsNamed() {
        var strict = new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("test")
                .withFieldValidation("Strict")
                .build();

        assertThatThrownBy(() -> client.resource(service(anyName(), "imagee: registry.test/app:1"))
                        .patch(strict))
                .hasMessageContaining("imagee");
    }

    @Test
    void wrongTypeIsRefusedByTheFieldsName() {
        assertThatThrownBy(
                        () -> client.resource(service(anyName(), "image: 17")).create())
                .hasMessageContaining("spec.template.spec.containers[0].image");
    }

    @Test
    void serviceOf2018IsReadAsOneOfToday() {
        var name = anyName();
        client.resource(Serialization.unmarshal("""
                        apiVersion: serving.knative.dev/v1alpha1
                        kind: Service
                        metadata: {name: %s, namespace: default}
                        spec:
                          runLatest:
                            configuration:
                              revisionTemplate:
                                spec:
                                  container:
                                    image: registry.test/app:1
                        """.formatted(name), GenericKubernetesResource.class))
                .create();

        var today = client.resource(service(name, "image: a")).get();

        assertThat(today.getApiVersion()).isEqualTo("serving.knative.dev/v1");
        assertThat((String) today.get("spec", "template", "spec", "containers", 0, "image"))
                .isEqualTo("registry.test/app:1");
    }

    @Test
    void aConfigMapThatCouldNotBeUsedIsRefused() {
        assertThatThrownBy(() -> set("config-gc", "min-non-active-revisions", "-1"))
                .hasMessageContaining("admission webhook \"config.webhook.serving.knative.dev\" denied the request: "
                        + "validation failed: min-non-active-revisions must be non-negative, was: -1");
        assertThatThrownBy(() -> set("config-autoscaler", "_example", "stable-window: 30s"))
                .hasMessageContaining("the update modifies a key in \"_example\"");
    }

    @Test
    void whatPeopleHaveChosenOutlivesANewInstallation() {
        set("config-domain", "example.org", "");

        new Installer(client, _ -> {}).createConfigMaps("example.net");

        assertThat(map("config-domain").get().getData()).containsKeys("example.test", "example.org");
        assertThat(map("config-domain").get().getData()).doesNotContainKey("example.net");
    }

    private static void set(String name, String key, String value) {
        map(name).edit(map -> map.toBuilder().addToData(key, value).build());
    }

    private static Resource<ConfigMap> map(String name) {
        return client.configMaps().inNamespace("knative-serving").withName(name);
    }

    private static String anyName() {
        return "it-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static GenericKubernetesResource service(String name, String container) {
        return Serialization.unmarshal("""
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec:
                  template:
                    spec:
                      containers:
                      - %s
                """.formatted(name, container), GenericKubernetesResource.class);
    }
}
