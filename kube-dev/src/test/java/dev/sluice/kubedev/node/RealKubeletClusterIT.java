package dev.sluice.kubedev.node;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The same contracts on the real kubelet of {@code KUBECONFIG}, which pulls from {@code SLUICE_REGISTRY}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealKubeletClusterIT {

    private KubernetesClient client;
    private Map<String, String> images = Map.of();

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Path.of(given("KUBECONFIG")).toFile()))
                .build();
        images = LightNodeIT.push(given("SLUICE_REGISTRY"), folder);
    }

    private static String given(String name) {
        return Objects.requireNonNull(System.getenv(name), name + " is not set");
    }

    @AfterAll
    void stop() {
        client.close();
    }

    PodBench newBench() {
        return new PodBench(client, images);
    }

    @Nested
    class Pods extends PodContract {
        @Override
        PodBench bench() {
            return newBench();
        }
    }

    @Nested
    class Containers extends ContainerContract {
        @Override
        PodBench bench() {
            return newBench();
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        @Override
        PodBench bench() {
            return newBench();
        }
    }
}
