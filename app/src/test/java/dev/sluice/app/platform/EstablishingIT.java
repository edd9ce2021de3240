package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.kubedev.KubeDev;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A definition that the API server does not serve. */
class EstablishingIT {
    @Test
    void touchesButNeverDeletesADefinitionThatIsNotServed(@TempDir Path folder) {
        try (var kube = KubeDev.start(KubeDev.Options.forTests(folder.resolve("kube"), System::getenv));
                var client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                        .build()) {
            var served = client.resource(definition("lamps")).create();
            new Establishing(client, _ -> {}).await(served.getMetadata().getName());

            var said = new ArrayList<String>();
            var refused = client.resource(definition("lights")).create(); // of the same kind
            var establishing = new Establishing(client, Duration.ofSeconds(1), Duration.ofSeconds(2), said::add);
            assertThatThrownBy(() -> establishing.await("lights.example.test"))
                    .isInstanceOf(PlatformException.class)
                    .hasMessageContaining("lights.example.test")
                    .hasMessageContaining("is already in use");
            assertThat(said).singleElement().asString().contains("lights.example.test");

            var after = find(client, "lights.example.test");
            assertThat(after.getMetadata().getUid())
                    .isEqualTo(refused.getMetadata().getUid());
            assertThat(after.getMetadata().getAnnotations()).containsKey(Establishing.TOUCHED);
        }
    }

    private static CustomResourceDefinition find(KubernetesClient client, String name) {
        return client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(name)
                .require();
    }

    private static CustomResourceDefinition definition(String plural) {
        return new CustomResourceDefinitionBuilder()
                .withNewMetadata()
                .withName(plural + ".example.test")
                .endMetadata()
                .withNewSpec()
                .withGroup("example.test")
                .withScope("Namespaced")
                .withNewNames()
                .withPlural(plural)
                .withKind("Lamp")
                .endNames()
                .addNewVersion()
                .withName("v1")
                .withServed(true)
                .withStorage(true)
                .withNewSchema()
                .withNewOpenAPIV3Schema()
                .withType("object")
                .endOpenAPIV3Schema()
                .endSchema()
                .endVersion()
                .endSpec()
                .build();
    }
}
