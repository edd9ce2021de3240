package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Plain kubectl is a full client of the platform. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class KubectlE2E {
    private final Http http = new Http();

    @TempDir
    private Path folder = Path.of("");

    @Test
    void appliesExplainsDescribesLogsAndDeletes(Platform platform, TestNamespace namespace) throws Exception {
        var manifest = Services.manifest(namespace.name(), "shown", Images.echo(platform), Map.of());
        platform.kubectlWith(manifest, "apply", "--server-side", "-f", "-").succeeded();
        Services.waitReady(platform, namespace.name(), "shown");

        assertThat(platform.kubectl("explain", "ksvc.spec.template.spec")
                        .succeeded()
                        .out())
                .contains("containerConcurrency", "timeoutSeconds");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "ksvc")
                        .succeeded()
                        .out())
                .contains("NAME", "URL", "LATESTCREATED", "LATESTREADY", "READY", "REASON")
                .contains("shown-00001", "True");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "revision")
                        .succeeded()
                        .out())
                .contains("CONFIG NAME", "GENERATION", "ACTUAL REPLICAS");
        assertThat(platform.kubectl("-n", namespace.name(), "describe", "ksvc", "shown")
                        .succeeded()
                        .out())
                .contains("Conditions:", "ConfigurationsReady", "RoutesReady");
        http.get(Services.url(platform, namespace.name(), "shown"));
        assertThat(platform.kubectl(
                                "-n",
                                namespace.name(),
                                "logs",
                                "-l",
                                "serving.knative.dev/service=shown",
                                "-c",
                                "user-container")
                        .succeeded()
                        .out())
                .contains("echo listens on");
        var pod = platform.kubectl(
                        "-n",
                        namespace.name(),
                        "get",
                        "pod",
                        "-l",
                        "serving.knative.dev/service=shown",
                        "-o",
                        "jsonpath={.items[0].metadata.name}")
                .succeeded()
                .out();
        follows(platform, namespace, pod);

        platform.kubectl("-n", namespace.name(), "delete", "ksvc", "shown", "--wait")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "wait",
                        "pod,deployment,revision,route,configuration",
                        "-l",
                        "serving.knative.dev/service=shown",
                        "--for=delete",
                        "--timeout=60s")
                .succeeded();
    }

    /** What is printed while {@code logs -f} runs arrives: the line is made after the first one was read. */
    private void follows(Platform platform, TestNamespace namespace, String pod) throws Exception {
        var out = folder.resolve("followed");
        var builder = new ProcessBuilder("kubectl", "-n", namespace.name(), "logs", "-f", pod, "-c", "user-container")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("KUBECONFIG", platform.instance("kubeconfig"));
        var following = builder.start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(Files.readString(out)).contains("echo listens on"));
            assertThat(Files.readString(out)).doesNotContain("event, delivery");

            assertThat(http.post(Services.url(platform, namespace.name(), "shown"), Map.of(), "hello")
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(Files.readString(out)).contains("event, delivery 1, answered 202\n"));
            assertThat(following.isAlive()).isTrue();
        } finally {
            following.destroy();
            following.waitFor();
        }
    }

    @Test
    void watchesAServiceBecomeReadyWithoutEverBeingFalse(Platform platform, TestNamespace namespace) {
        var manifest = Services.manifest(namespace.name(), "watched", Images.echo(platform), Map.of());
        var script = """
                kubectl -n %1$s get ksvc watched -w -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}{"\\n"}' > watch.txt 2>/dev/null &
                watcher=$!
                kubectl -n %1$s wait ksvc/watched --for=condition=Ready --timeout=90s
                code=$?
                until tail -n 1 watch.txt | grep -q True || ! kill -0 $watcher; do :; done
                kill $watcher
                cat watch.txt
                exit $code
                """.formatted(namespace.name());
        platform.kubectlWith(manifest, "create", "-f", "-").succeeded();
        var watched = platform.cli()
                .run(platform.home, "", Duration.ofMinutes(2), "bash", "-c", script)
                .succeeded()
                .out();
        assertThat(watched).contains("True").doesNotContain("False");
    }

    @Test
    void validatesOnTheServerWithoutStoringAnything(Platform platform, TestNamespace namespace) {
        var manifest = Services.manifest(namespace.name(), "dry", Images.echo(platform), Map.of());
        assertThat(platform.kubectlWith(manifest, "apply", "--dry-run=server", "-o", "yaml", "-f", "-")
                        .succeeded()
                        .out())
                .contains("serving.knative.dev/creator", "latestRevision: true");
        platform.kubectl("-n", namespace.name(), "get", "ksvc", "dry").failed();
    }
}
