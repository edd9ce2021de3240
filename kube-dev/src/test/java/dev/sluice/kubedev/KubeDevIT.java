package dev.sluice.kubedev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.TestImage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Everything together: control plane, registry and node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeDevIT {

    private static final Duration SOON = Duration.ofMinutes(1);

    private Path folder;
    private KubeDev kube;
    private KubernetesClient client;

    @BeforeAll
    void start(@TempDir Path temporary) {
        folder = temporary;
        kube = KubeDev.start(
                KubeDev.Options.in(folder.resolve("state"), System::getenv).withProgress(System.out::println));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build();
    }

    @AfterAll
    void stop() {
        client.close();
        kube.close();
    }

    private Pod run(String name, String script) {
        var image = kube.registry().orElseThrow().address() + "/tests/shell:1";
        TestImage.pushShell(image, folder);
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withRestartPolicy("Never")
                        .addNewContainer()
                        .withName("c")
                        .withImage(image)
                        .withCommand("/bin/sh", "-c", script)
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private String phase(String name) {
        var pod = client.pods().inNamespace("default").withName(name).get();
        return pod == null || pod.getStatus() == null ? "" : pod.getStatus().getPhase();
    }

    @Test
    void aPodOfAPushedImageRunsAndItsLogComesThroughTheApiServer() {
        run("hello", "echo hello from the pod");
        await().atMost(SOON).until(() -> phase("hello").equals("Succeeded"));
        assertThat(client.pods().inNamespace("default").withName("hello").getLog())
                .isEqualTo("hello from the pod\n");
    }

    @Test
    void aPodIsToldWhereTheApiServerIsAndWithWhichToken() throws Exception {
        run(
                "client",
                "echo https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT;"
                        + " cat /var/run/secrets/kubernetes.io/serviceaccount/token");
        await().atMost(SOON).until(() -> phase("client").equals("Succeeded"));
        var lines = client.pods()
                .inNamespace("default")
                .withName("client")
                .getLog()
                .lines()
                .toList();
        assertThat(lines.getFirst())
                .isEqualTo("https://" + kube.hostAddress() + ":" + kube.server().getPort());
        try (var http = HttpClient.newBuilder().sslContext(trustingTheCluster()).build()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(lines.getFirst() + "/api/v1/namespaces/default/secrets"))
                            .header("Authorization", "Bearer " + lines.getLast())
                            .build(),
                    BodyHandlers.ofString());
            // Known, and allowed nothing.
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("system:serviceaccount:default:default");
        }
    }

    @Test
    void aPodIsKeptWhenTheApiServerIsKilledMeanwhile() {
        run("patient", "sleep 5; echo done");
        await().atMost(SOON).until(() -> phase("patient").equals("Running"));
        ProcessHandle.of(kube.pids().getOrDefault("kube-apiserver", -1L))
                .orElseThrow()
                .destroyForcibly();
        assertThat(kube.awaitReady(SOON)).isTrue();
        await().atMost(SOON).ignoreExceptions().until(() -> phase("patient").equals("Succeeded"));
        var status =
                client.pods().inNamespace("default").withName("patient").get().getStatus();
        assertThat(status.getContainerStatuses().getFirst().getRestartCount()).isZero();
    }

    @Test
    void podsReachTheApiServerAndTheRegistryAtTheAddressOfTheMachine() throws Exception {
        var address = kube.hostAddress();
        try (var http = HttpClient.newBuilder().sslContext(trustingTheCluster()).build()) {
            var api = URI.create("https://" + address + ":" + kube.server().getPort() + "/readyz");
            assertThat(http.send(HttpRequest.newBuilder(api).build(), BodyHandlers.ofString())
                            .body())
                    .isEqualTo("ok");
            var registry = URI.create("http://" + kube.registry().orElseThrow().address() + "/v2/");
            assertThat(http.send(HttpRequest.newBuilder(registry).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(kube.registry().orElseThrow().address()).startsWith(address + ":");
    }

    @Test
    void onlyTheApiServerMayAskTheKubelet() throws Exception {
        var node = client.nodes().list().getItems().getFirst().getStatus();
        var address = node.getAddresses().stream()
                .filter(a -> a.getType().equals("InternalIP"))
                .findFirst()
                .orElseThrow()
                .getAddress();
        int port = node.getDaemonEndpoints().getKubeletEndpoint().getPort();
        try (var http = HttpClient.newBuilder().sslContext(trustingTheCluster()).build()) {
            var logs = URI.create("https://" + address + ":" + port + "/containerLogs/default/hello/c");
            assertThatThrownBy(() -> http.send(HttpRequest.newBuilder(logs).build(), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    /** Whoever the kubeconfig trusts. */
    private SSLContext trustingTheCluster() throws Exception {
        var authority = Base64.getDecoder().decode(client.getConfiguration().getCaCertData());
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry(
                "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(authority)));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
