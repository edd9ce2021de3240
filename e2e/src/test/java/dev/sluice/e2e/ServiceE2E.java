package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Service from an image: Ready means it answers, it leaves for zero, and the next request wakes it. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class ServiceE2E {
    private final Http http = new Http();

    @Test
    void answersTheFirstRequestAfterReady(Platform platform, TestNamespace namespace) {
        var url = Services.applyReady(
                platform,
                namespace.name(),
                "hello",
                Services.manifest(namespace.name(), "hello", Images.echo(platform), Map.of("TARGET", "Sluice")));
        var answer = http.get(url);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("Hello Sluice!\n");
    }

    @Test
    void leavesForZeroAndIsWokenByTheNextRequest(Platform platform, TestNamespace namespace) {
        var url = Services.applyReady(
                platform,
                namespace.name(),
                "sleeper",
                Services.manifest(namespace.name(), "sleeper", Images.echo(platform), Map.of()));
        assertThat(http.get(url).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(90)).until(() -> Services.pods(platform, namespace.name(), "sleeper") == 0);
        assertThat(Services.jsonpath(
                        platform, namespace.name(), "ksvc/sleeper", "{.status.conditions[?(@.type=='Ready')].status}"))
                .isEqualTo("True");
        assertThat(http.get(url).body()).isEqualTo("Hello World!\n");
        assertThat(Services.pods(platform, namespace.name(), "sleeper")).isEqualTo(1);
    }

    @Test
    void makesTheObjectsThatKnativeMakes(Platform platform, TestNamespace namespace) {
        Services.applyReady(
                platform,
                namespace.name(),
                "graph",
                Services.manifest(namespace.name(), "graph", Images.echo(platform), Map.of()));
        assertThat(Services.jsonpath(
                        platform, namespace.name(), "configuration/graph", "{.status.latestReadyRevisionName}"))
                .isEqualTo("graph-00001");
        assertThat(Services.jsonpath(
                        platform,
                        namespace.name(),
                        "revision/graph-00001",
                        "{.status.containerStatuses[0].imageDigest}"))
                .contains("@sha256:");
        assertThat(Services.jsonpath(platform, namespace.name(), "route/graph", "{.status.traffic[0].revisionName}"))
                .isEqualTo("graph-00001");
        assertThat(Services.jsonpath(
                        platform, namespace.name(), "deployment/graph-00001-deployment", "{.metadata.name}"))
                .isEqualTo("graph-00001-deployment");
        assertThat(Services.jsonpath(platform, namespace.name(), "ksvc/graph", "{.status.address.url}"))
                .isEqualTo("http://graph." + namespace.name() + ".svc.cluster.local");
    }

    @Test
    void movesToANewRevisionOnlyWhenItIsReady(Platform platform, TestNamespace namespace) {
        var good = Services.manifest(namespace.name(), "steady", Images.echo(platform), Map.of("TARGET", "one"));
        var url = Services.applyReady(platform, namespace.name(), "steady", good);
        var broken = Services.manifest(
                namespace.name(), "steady", platform.registry() + "/e2e/no-such-image:1", Map.of("TARGET", "two"));
        platform.kubectlWith(broken, "apply", "-f", "-").succeeded();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(Services.jsonpath(
                                platform,
                                namespace.name(),
                                "ksvc/steady",
                                "{.status.conditions[?(@.type=='Ready')].message}"))
                        .contains("no-such-image"));
        assertThat(http.get(url).body()).isEqualTo("Hello one!\n");
        Services.applyReady(
                platform,
                namespace.name(),
                "steady",
                Services.manifest(namespace.name(), "steady", Images.echo(platform), Map.of("TARGET", "three")));
        assertThat(http.get(url).body()).isEqualTo("Hello three!\n");
    }
}
