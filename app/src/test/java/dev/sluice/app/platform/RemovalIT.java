package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.Kinds;
import dev.sluice.api.build.Build;
import dev.sluice.app.webhook.WebhookServer;
import dev.sluice.kubedev.KubeDev;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster after an instance: with its webhooks and nobody to answer them, and objects that somebody holds. */
class RemovalIT {
    private static final String BUILD = """
            apiVersion: build.knative.dev/v1alpha1
            kind: Build
            metadata:
              name: held
              namespace: default
              finalizers: [sluice.test/held]
            spec:
              steps:
              - name: one
                image: registry.test/one:1
            """;

    @Test
    void leavesNothingBehindAlthoughNobodyAnswers(@TempDir Path folder) {
        try (var kube = KubeDev.start(KubeDev.Options.forTests(folder.resolve("kube"), System::getenv));
                var client = Cluster.connect(kube.kubeconfig())) {
            var webhooks = endedWebhooks(folder);
            var installer = new Installer(client, _ -> {});
            installer.install(webhooks.url(), webhooks.caBundle());
            assertThatThrownBy(() -> create(client)).isInstanceOf(KubernetesClientException.class);

            installer.withdraw();
            await().atMost(Duration.ofSeconds(10)).until(() -> create(client) != null);
            installer.announce(webhooks.url(), webhooks.caBundle());

            try (var removal = Removal.of(kube.kubeconfig())) {
                assertThat(removal.plan())
                        .contains(
                                "1 builds.build.knative.dev",
                                Kinds.customResources().size() + " custom resource definitions",
                                "namespace sluice-system with all that is in it");
                removal.run(new ArrayList<>()::add);
            }
            assertThat(client.apiextensions()
                            .v1()
                            .customResourceDefinitions()
                            .list()
                            .getItems())
                    .isEmpty();
            assertThat(client.configMaps()
                            .inNamespace("default")
                            .withName("made-for-it")
                            .get())
                    .isNull();
            try (var again = Removal.of(kube.kubeconfig())) {
                assertThat(again.plan()).isEmpty();
            }
        }
    }

    private static HasMetadata create(KubernetesClient client) {
        var build =
                client.resource(Serialization.unmarshal(BUILD, Build.class)).createOr(existing -> existing.update());
        return client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("made-for-it")
                        .withNamespace("default")
                        .addNewOwnerReference()
                        .withApiVersion(build.getApiVersion())
                        .withKind(build.getKind())
                        .withName(build.getMetadata().getName())
                        .withUid(build.getMetadata().getUid())
                        .withBlockOwnerDeletion(true)
                        .endOwnerReference()
                        .endMetadata()
                        .build())
                .create();
    }

    /** Where they were, and with which authority. */
    private record Ended(String url, String caBundle) {}

    private static Ended endedWebhooks(Path folder) {
        try (var server = WebhookServer.start(
                new WebhookServer.Options(
                        InetAddress.getLoopbackAddress(),
                        0,
                        "127.0.0.1",
                        folder.resolve("keys.p12"),
                        Clock.systemUTC()),
                Kinds.admissions(),
                Kinds.conversions())) {
            return new Ended(server.url(), server.caBundle());
        }
    }
}
