package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Plain kubectl is a full client of the platform. */
@ExtendWith(SharedPlatform.class)
class KubectlE2E {
    @Test
    void appliesExplainsDescribesLogsAndDeletes(Platform platform, TestNamespace namespace) {
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
        new Http().get(Services.url(platform, namespace.name(), "shown"));
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
        // what is followed ends when its line is there: grep ends, and kubectl with it
        assertThat(platform.cli()
                        .run(
                                platform.home,
                                "sh",
                                "-c",
                                "timeout 60 kubectl -n " + namespace.name() + " logs -f " + pod
                                        + " -c user-container | grep -m1 'echo listens on'")
                        .succeeded()
                        .out())
                .contains("echo listens on");

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
