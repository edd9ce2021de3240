package dev.sluice.kubedev.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.kubedev.KubeDev;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Pods as plain processes: what a machine without bubblewrap gets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlainNodeIT {

    private KubeDev kube;
    private KubernetesClient client;
    private PodBench pods;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        kube = KubeDev.start(
                KubeDev.Options.in(folder.resolve("state"), System::getenv).withNode(LightNode.Isolation.PLAIN));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build();
        pods = new PodBench(
                client, LightNodeIT.push(kube.registry().orElseThrow().address(), folder));
    }

    @AfterAll
    void stop() {
        pods.close();
        client.close();
        kube.close();
    }

    @Test
    void twoPodsOfOnePortGetPortsOfTheirOwn() throws Exception {
        String spec = """
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: ECHO
                  ports: [{containerPort: 8080}]
                  readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
                """;
        Pod one = pods.create(spec);
        Pod two = pods.create(spec);
        assertThat(port(one)).isNotEqualTo(port(two)).isNotEqualTo(8080);
        try (var http = HttpClient.newHttpClient()) {
            for (Pod pod : new Pod[] {one, two}) {
                Pod ready = pods.until(pod, PodBench::ready);
                assertThat(ready.getStatus().getPodIP()).isEqualTo("127.0.0.1");
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(ready) + "/"))
                        .build();
                assertThat(http.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
        }
        pods.delete(one);
        pods.untilGone(one);
    }

    private static int port(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getPorts().getFirst().getContainerPort();
    }

    @Test
    void volumesAreFoundByThePathsThatCommandsName() {
        String map = pods.configMap(Map.of("k", "value"));
        assertThat(pods.output("""
                restartPolicy: Never
                volumes: [{name: m, configMap: {name: MAP}}]
                containers:
                - name: a
                  image: SHELL
                  command: [cat, /etc/mine/k]
                  volumeMounts: [{name: m, mountPath: /etc/mine}]
                """.replace("MAP", map))).isEqualTo("value");
    }

    @Test
    void aContainerEndsWithItsFirstProcessWhateverThatLetGoOf() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "sleep 600 & echo gone"]}
                """));
        assertThat(PodBench.container(pod, "a").getState().getTerminated().getExitCode())
                .isZero();
        assertThat(pods.log(pod)).isEqualTo("gone\n");
    }

    @Test
    void exitCodesAreThePods() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "exit 7"]}
                """));
        assertThat(PodBench.container(pod, "a").getState().getTerminated().getExitCode())
                .isEqualTo(7);
    }
}
