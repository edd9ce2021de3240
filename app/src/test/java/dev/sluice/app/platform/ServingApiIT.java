package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Kinds;
import dev.sluice.app.webhook.WebhookServer;
import dev.sluice.kubedev.KubeDev;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Serving's kinds on a real API server with our definitions, webhooks and conversion, as kubectl meets them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServingApiIT {
    private KubeDev kube;
    private KubernetesClient client;
    private WebhookServer webhooks;

    @BeforeAll
    void start(@TempDir Path folder) {
        kube = KubeDev.start(KubeDev.Options.forTests(folder.resolve("kube"), System::getenv));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build();
        webhooks = WebhookServer.start(
                new WebhookServer.Options(
                        InetAddress.getLoopbackAddress(), 0, "127.0.0.1", folder.resolve("keys"), Clock.systemUTC()),
                Kinds.admissions(),
                Kinds.conversions());
        new Installer(client, _ -> {}).install(webhooks.url(), webhooks.caBundle());
    }

    @AfterAll
    void stop() {
        webhooks.close();
        client.close();
        kube.close();
    }

    @Test
    void anImageWhoseUserIsStillToBeFilledInIsRefusedInV1alpha1() {
        var answer = kubectl("""
                apiVersion: serving.knative.dev/v1alpha1
                kind: Service
                metadata: {name: unfilled, namespace: default}
                spec:
                  runLatest:
                    configuration:
                      revisionTemplate: {spec: {container: {image: "docker.io/{username}/hello"}}}
                """, "apply", "-f", "-");

        assertThat(answer.exit()).isNotZero();
        assertThat(answer.text())
                .contains("admission webhook \"webhook.serving.knative.dev\" denied the request: mutation failed: "
                        + "Failed to parse image reference: "
                        + "spec.runLatest.configuration.revisionTemplate.spec.container.image\n"
                        + "image: \"docker.io/{username}/hello\", "
                        + "error: could not parse reference: docker.io/{username}/hello");
        assertThat(kubectl("", "get", "ksvc", "unfilled").text()).contains("NotFound");
    }

    @Test
    void aServiceOf2018IsOneOfTodayToo() {
        var pinned = """
                apiVersion: serving.knative.dev/v1alpha1
                kind: Service
                metadata: {name: pinned, namespace: default}
                spec:
                  pinned:
                    revisionName: pinned-00001
                    configuration:
                      revisionTemplate: {spec: {container: {image: example.com/app}}}
                """;

        assertThat(kubectl(pinned, "apply", "-f", "-").text()).contains("created");
        assertThat(kubectl(pinned, "apply", "-f", "-").text()).contains("unchanged");
        assertThat(get("services.v1.serving.knative.dev", "pinned", "{.spec.traffic[0].revisionName}"))
                .isEqualTo("pinned-00001");
        assertThat(get("services.v1.serving.knative.dev", "pinned", "{.spec.template.spec.containers[0].image}"))
                .isEqualTo("example.com/app");
        assertThat(get("services.v1alpha1.serving.knative.dev", "pinned", "{.spec.pinned.revisionName}"))
                .isEqualTo("pinned-00001");
        assertThat(get("services.v1alpha1.serving.knative.dev", "pinned", "{.metadata.annotations}"))
                .contains("serving.knative.dev/creator")
                .doesNotContain("serving.sluice.dev");
    }

    @Test
    void aLabelSetInV1LeavesTheModeOf2018() {
        kubectl("""
                apiVersion: serving.knative.dev/v1alpha1
                kind: Service
                metadata: {name: by-hand, namespace: default}
                spec: {manual: {}}
                """, "apply", "-f", "-");

        assertThat(kubectl("", "label", "services.v1.serving.knative.dev", "by-hand", "team=blue")
                        .text())
                .contains("labeled");
        assertThat(get("services.v1alpha1.serving.knative.dev", "by-hand", "{.spec}"))
                .isEqualTo("{\"manual\":{}}");
    }

    @Test
    void todaysWordsAreKnatives() {
        var service = """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: bad, namespace: default}
                spec:
                  template: {spec: {containers: [{image: a/b}]}}
                  traffic: [{percent: 99, latestRevision: true}]
                """;

        assertThat(kubectl(service, "apply", "-f", "-").text())
                .contains("admission webhook \"validation.webhook.serving.knative.dev\" denied the request: "
                        + "validation failed: Traffic targets sum to 99, want 100: spec.traffic");
        assertThat(kubectl(service.replace("image:", "imagee:"), "apply", "-f", "-")
                        .text())
                .contains("unknown field \"spec.template.spec.containers[0].imagee\"");
        assertThat(kubectl(service.replace("percent: 99", "percent: most"), "apply", "-f", "-")
                        .text())
                .contains("spec.traffic[0].percent")
                .contains("must be of type integer");
        assertThat(kubectl(service.replace("image: a/b", "env: []"), "apply", "-f", "-")
                        .text())
                .contains("missing field(s): spec.template.spec.containers[0].image");
    }

    @Test
    void whatIsLeftOpenIsFilledInAndColumnsAreKnatives() {
        kubectl("""
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: plain, namespace: default}
                spec: {template: {spec: {containers: [{image: a/b}]}}}
                """, "apply", "-f", "-");

        assertThat(get("ksvc", "plain", "{.spec.template.spec.timeoutSeconds}")).isEqualTo("300");
        assertThat(get("ksvc", "plain", "{.spec.traffic[0].percent}")).isEqualTo("100");
        assertThat(kubectl("", "get", "ksvc").text())
                .containsPattern("NAME +URL +LATESTCREATED +LATESTREADY +READY +REASON");
    }

    @Test
    void insecureDefaultsAreWarnedOf() {
        var service = """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: open, namespace: default}
                spec: {template: {spec: {containers: [{image: a/b}]}}}
                """;

        assertThat(kubectl(service, "apply", "-f", "-").text())
                .contains(
                        "Warning: Kubernetes default value is insecure, Knative may default this to secure in a future "
                                + "release: spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation, "
                                + "spec.template.spec.containers[0].securityContext.capabilities, "
                                + "spec.template.spec.containers[0].securityContext.runAsNonRoot, "
                                + "spec.template.spec.containers[0].securityContext.seccompProfile");
        var closed = service.replace(
                "image: a/b",
                "image: a/b, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, "
                        + "runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}");
        assertThat(kubectl(closed, "apply", "-f", "-").text()).doesNotContain("insecure");
    }

    private String get(String kind, String name, String path) {
        return kubectl("", "get", kind, name, "-o", "jsonpath=" + path).text();
    }

    private record Answer(int exit, String text) {}

    private Answer kubectl(String input, String... arguments) {
        var command = new ArrayList<>(List.of(
                kube.kubectl().toString(), "--kubeconfig", kube.kubeconfig().toString(), "--namespace", "default"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), text);
        } catch (IOException e) {
            throw new IllegalStateException("running kubectl", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("running kubectl", e);
        }
    }
}
