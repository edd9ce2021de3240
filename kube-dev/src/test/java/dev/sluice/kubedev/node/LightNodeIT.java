package dev.sluice.kubedev.node;

import dev.sluice.kubedev.KubeDev;
import dev.sluice.testing.TestImage;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The contracts on the light node, with bubblewrap. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIf("possible")
class LightNodeIT {

    private KubeDev kube;
    private KubernetesClient client;
    private Map<String, String> images = Map.of();

    static boolean possible() {
        return dev.sluice.kubedev.node.sandbox.NodeNetwork.missing().isEmpty();
    }

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        kube = KubeDev.start(
                KubeDev.Options.in(folder.resolve("state"), System::getenv).withNode(LightNode.Isolation.BUBBLEWRAP));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build();
        images = push(kube.registry().orElseThrow().address(), folder);
    }

    static Map<String, String> push(String registry, Path folder) throws IOException {
        Path cache = Files.createDirectories(folder.resolve("images"));
        TestImage.pushShell(registry + "/contract/shell:1", cache);
        TestImage.pushEcho(registry + "/contract/echo:1", cache);
        return Map.of(
                "SHELL", registry + "/contract/shell:1",
                "ECHO", registry + "/contract/echo:1",
                "MISSING", registry + "/contract/missing:1");
    }

    @AfterAll
    void stop() {
        client.close();
        kube.close();
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
