package dev.sluice.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteSpec;
import dev.sluice.api.serving.TrafficTarget;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the ConfigMaps of knative-serving change while everything runs. */
@ExtendWith(SharedPlatform.class)
class SettingsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Map<String, String> NONE = Map.of();

    private final Platform platform;

    SettingsIT(Platform platform) {
        this.platform = platform;
    }

    @AfterEach
    void reset() {
        platform.unconfigure();
    }

    @Test
    void aDomainWithASelectorMovesTheRoutesThatItChooses() throws Exception {
        platform.namespace("domains");
        platform.apply("domains", "app", Platform.image("hello"), NONE, NONE);
        platform.awaitReady("domains", "app");
        assertThat(url("domains", "app")).isEqualTo("http://app.domains.localhost:8080");

        platform.configure("config-domain", Map.of("example.com", "", "blue.example.com", "selector:\n  team: blue\n"));
        await().atMost(SOON).until(() -> url("domains", "app").equals("http://app.domains.example.com:8080"));
        assertThat(platform.gateway.split("app.domains.example.com")).isEqualTo(Map.of("app-00001", 100));
        assertThat(platform.gateway.rule("app.domains.localhost")).isEmpty();

        platform.label("domains", "app", "team", "blue");
        await().atMost(SOON).until(() -> url("domains", "app").equals("http://app.domains.blue.example.com:8080"));
    }

    @Test
    void templatesSchemeAndPortMakeTheUrl() throws Exception {
        platform.namespace("templates");
        platform.apply("templates", "app", Platform.image("hello"), NONE, NONE);
        platform.awaitReady("templates", "app");

        platform.configure(
                "config-network",
                Map.of(
                        "domain-template", "{{.Name}}-{{.Namespace}}.{{.Domain}}",
                        "default-external-scheme", "https",
                        "external-port", "443"));

        await().atMost(SOON).until(() -> url("templates", "app").equals("https://app-templates.localhost"));
        assertThat(platform.gateway.split("app-templates.localhost")).isEqualTo(Map.of("app-00001", 100));
    }

    @Test
    void theNextRevisionGetsTheProgressDeadlineOfTheDay() throws Exception {
        platform.namespace("deadline");
        platform.configure("config-observability", Map.of("logging.revision-url-template", "u:${REVISION_UID}"));
        platform.configure("config-deployment", Map.of("progress-deadline", "77s"));
        await().atMost(SOON)
                .until(() ->
                        platform.settings.get().deployment().progressDeadline().toSeconds() == 77);

        platform.apply("deadline", "app", Platform.image("hello"), NONE, NONE);
        platform.awaitReady("deadline", "app");

        assertThat(platform.client
                        .apps()
                        .deployments()
                        .inNamespace("deadline")
                        .withName("app-00001-deployment")
                        .get()
                        .getSpec()
                        .getProgressDeadlineSeconds())
                .isEqualTo(77);
        await().atMost(SOON).until(() -> {
            var revision = platform.revision("deadline", "app-00001");
            return ("u:" + revision.getMetadata().getUid())
                    .equals(revision.getStatus().logUrl());
        });
    }

    @Test
    void aMapThatCannotBeReadLeavesWhatWasSaidBefore() {
        platform.configure("config-gc", Map.of("min-non-active-revisions", "7"));
        await().atMost(SOON).until(() -> platform.settings.get().gc().minNonActiveRevisions() == 7);

        platform.configure("config-gc", Map.of("min-non-active-revisions", "many"));
        platform.configure("config-network", Map.of("rollout-duration", "3"));

        await().atMost(SOON)
                .until(() -> platform.settings.get().network().rolloutDuration().toSeconds() == 3);
        assertThat(platform.settings.get().gc().minNonActiveRevisions()).isEqualTo(7);
    }

    @Test
    void deletingARevisionThatIsServedLeavesTheOthersServed() throws Exception {
        platform.namespace("deleted");
        platform.apply("deleted", "app", Platform.image("one"), NONE, NONE);
        platform.awaitReady("deleted", "app");
        platform.client.resource(platform.revision("deleted", "app-00001")).delete();

        platform.apply("deleted", "other", Platform.image("two"), NONE, NONE);
        platform.awaitReady("deleted", "other");

        assertThat(platform.gateway.split("other.deleted.localhost")).isEqualTo(Map.of("other-00001", 100));
    }

    @Test
    void revisionsThatNobodyNeedsGoAndThoseThatAreToStayDo() throws Exception {
        platform.namespace("garbage");
        platform.apply("garbage", "app", Platform.image("one"), NONE, Map.of("serving.knative.dev/no-gc", "true"));
        platform.awaitReady("garbage", "app");
        for (var image : List.of("two", "three", "four")) {
            platform.apply("garbage", "app", Platform.image(image), NONE, Map.of("example.com/image", image));
            platform.awaitReady("garbage", "app");
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(states("garbage"))
                        .containsEntry("app-00003", "reserve")
                        .containsEntry("app-00004", "active"));
        assertThat(platform.revision("garbage", "app-00003").getMetadata().getAnnotations())
                .containsKey("serving.knative.dev/routingStateModified");
        assertThat(states("garbage")).hasSize(4);

        platform.configure(
                "config-gc",
                Map.of(
                        "retain-since-create-time", "disabled",
                        "retain-since-last-active-time", "disabled",
                        "min-non-active-revisions", "0",
                        "max-non-active-revisions", "1"));

        await().atMost(SOON)
                .until(() -> states("garbage").keySet().equals(Set.of("app-00001", "app-00003", "app-00004")));
    }

    @Test
    void aRouteThatGoesLeavesNoRevisionActive() throws Exception {
        platform.namespace("raw");
        platform.apply("raw", "app", Platform.image("hello"), NONE, NONE);
        platform.awaitReady("raw", "app");
        var route = new Route();
        route.setMetadata(
                new ObjectMetaBuilder().withName("second").withNamespace("raw").build());
        route.setSpec(new RouteSpec(List.of(new TrafficTarget(null, null, "app", true, 100L, null))));
        platform.client.resource(route).create();
        await().atMost(SOON).until(() -> routes("raw", "app-00001").equals("app,second"));
        assertThat(platform.gateway.split("second.raw.localhost")).isEqualTo(Map.of("app-00001", 100));

        platform.client.resource(route).delete();

        await().atMost(SOON).until(() -> routes("raw", "app-00001").equals("app"));
        assertThat(platform.gateway.rule("second.raw.localhost")).isEmpty();
        platform.client
                .resource(platform.service("raw", "app"))
                .withPropagationPolicy(DeletionPropagation.ORPHAN)
                .delete();
        platform.client.resource(platform.route("raw", "app")).delete();
        await().atMost(SOON).until(() -> states("raw").equals(Map.of("app-00001", "reserve")));
    }

    @Test
    void aRevisionThatFailedCanBeStartedAnew() throws Exception {
        platform.namespace("retry");
        platform.apply("retry", "app", Platform.image("once"), NONE, NONE);
        await().atMost(SOON)
                .until(() -> Platform.condition(
                                platform.service("retry", "app").getStatus().conditions(), "Ready")
                        .equals("False RevisionFailed"));

        platform.client.resource(platform.revision("retry", "app-00001")).edit(revision -> {
            revision.getMetadata().getAnnotations().put("serving.sluice.dev/retry", "1");
            return revision;
        });

        platform.awaitReady("retry", "app");
        assertThat(platform.gateway.split("app.retry.localhost")).isEqualTo(Map.of("app-00001", 100));
    }

    @Test
    void aQuotaThatForbidsPodsIsTheReason() throws Exception {
        platform.namespace("quota");
        platform.client
                .resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("none")
                        .withNamespace("quota")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("pods", new Quantity("0"))
                        .endSpec()
                        .build())
                .create();
        platform.apply("quota", "app", Platform.image("hello"), NONE, NONE);

        await().atMost(SOON)
                .until(() -> Platform.condition(
                                platform.service("quota", "app").getStatus().conditions(), "Ready")
                        .equals("False RevisionFailed"));
        var conditions = platform.revision("quota", "app-00001").getStatus().conditions();
        assertThat(Platform.condition(conditions, "ResourcesAvailable")).isEqualTo("False FailedCreate");
        assertThat(conditions).anySatisfy(c -> assertThat(c.message()).contains("exceeded quota: none"));
    }

    @Test
    void aRegistryThatDoesNotAnswerIsWaitedForBesideTheOthers() throws Exception {
        platform.namespace("silent");
        platform.configure("config-deployment", Map.of("digest-resolution-timeout", "10m"));
        await().atMost(SOON)
                .until(() -> platform.settings
                                .get()
                                .deployment()
                                .digestResolutionTimeout()
                                .toMinutes()
                        == 10);
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            platform.apply("silent", "app", "127.0.0.1:" + silent.getLocalPort() + "/app:v1", NONE, NONE);
            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> platform.revision("silent", "app-00001").getStatus().conditions().stream()
                            .filter(c -> "Unknown".equals(c.status()) && "ResolvingDigests".equals(c.reason()))
                            .map(c -> c.type())
                            .toList()
                            .equals(List.of("ContainerHealthy", "Ready", "ResourcesAvailable")));
        }
        await().atMost(SOON)
                .until(() -> Platform.condition(
                                platform.revision("silent", "app-00001")
                                        .getStatus()
                                        .conditions(),
                                "ContainerHealthy")
                        .equals("False ContainerMissing"));
    }

    private Map<String, String> states(String namespace) {
        return platform.client.resources(Revision.class).inNamespace(namespace).list().getItems().stream()
                .collect(Collectors.toMap(
                        revision -> revision.getMetadata().getName(),
                        revision -> revision.getMetadata()
                                .getLabels()
                                .getOrDefault("serving.knative.dev/routingState", "")));
    }

    private String routes(String namespace, String revision) {
        return platform.revision(namespace, revision)
                .getMetadata()
                .getAnnotations()
                .getOrDefault("serving.knative.dev/routes", "");
    }

    private String url(String namespace, String name) {
        return String.valueOf(platform.service(namespace, name).getStatus().url());
    }
}
