package dev.sluice.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.BuildAnnotation;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.service.RequestedBuilds;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Knative of 2018 took for a build whatever ends with a condition Succeeded. */
@ExtendWith(SharedPlatform.class)
class BuildsOfAnyKindIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Platform platform;

    BuildsOfAnyKindIT(Platform platform) {
        this.platform = platform;
    }

    @Test
    void aRevisionWaitsForTheSucceededConditionOfAnyKind() throws Exception {
        define("Job");
        platform.namespace("any-kind");
        apply("any-kind", "good", "Job");
        var good = job("any-kind", "good-00001");
        await().atMost(SOON)
                .until(() -> good.get() != null && built("any-kind", "good").equals("Unknown Building"));

        say(good, "Unknown", "Compiling", "half of it");
        await().atMost(SOON).until(() -> built("any-kind", "good").equals("Unknown Compiling"));
        say(good, "True", "", "");
        platform.awaitReady("any-kind", "good");

        apply("any-kind", "bad", "Job");
        var bad = job("any-kind", "bad-00001");
        await().atMost(SOON).until(() -> bad.get() != null);
        say(bad, "False", "NoCompiler", "there is no compiler");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(message("any-kind", "bad"))
                        .isEqualTo("Revision \"bad-00001\" failed with message: NoCompiler: there is no compiler."));
    }

    @Test
    void aKindThatTheClusterDoesNotHaveIsSaidAndWaitedFor() throws Exception {
        platform.namespace("no-kind");
        apply("no-kind", "app", "Pipeline");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(message("no-kind", "app"))
                        .isEqualTo("Revision creation failed with message: spec.build: no matches for kind \"Pipeline\""
                                + " in version \"ci.test/v1\"."));

        define("Pipeline");
        await().atMost(Duration.ofSeconds(40))
                .until(() -> built("no-kind", "app").equals("Unknown Building"));
    }

    @Test
    void revisionsOfAConfigurationThatAskForTheSameShareTheBuild() throws Exception {
        define("Task");
        platform.namespace("same-build");
        apply("same-build", "app", "Task", "one", "first");
        await().atMost(SOON).until(() -> tasks("same-build").equals(List.of("app-00001")));
        say(resource("same-build", "Task", "app-00001"), "True", "", "");
        platform.awaitReady("same-build", "app");

        apply("same-build", "app", "Task", "one", "second");
        awaitReadyRevision("same-build", "app", "app-00002"); // of a build that nobody says anything of any more
        assertThat(Meta.annotations(platform.revision("same-build", "app-00002")))
                .containsEntry(RequestedBuilds.REFERENCE, "ci.test/v1/Task/app-00001");
        assertThat(tasks("same-build")).containsExactly("app-00001");

        apply("same-build", "app", "Task", "two", "third");
        apply("same-build", "neighbour", "Task", "one", "first");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(tasks("same-build"))
                        .as("of another text, and of another Configuration")
                        .containsExactlyInAnyOrder("app-00001", "app-00003", "neighbour-00001"));
    }

    private void awaitReadyRevision(String namespace, String name, String revision) {
        await().atMost(SOON)
                .until(() -> revision.equals(
                        platform.service(namespace, name).getStatus().latestReadyRevisionName()));
    }

    private List<String> tasks(String namespace) {
        return platform
                .client
                .genericKubernetesResources("ci.test/v1", "Task")
                .inNamespace(namespace)
                .list()
                .getItems()
                .stream()
                .map(task -> task.getMetadata().getName())
                .toList();
    }

    private void apply(String namespace, String name, String kind) throws Exception {
        apply(namespace, name, kind, name, "first");
    }

    /** @param note an annotation of the revision, which makes it another one */
    private void apply(String namespace, String name, String kind, String what, String note) throws Exception {
        var build =
                "{\"apiVersion\": \"ci.test/v1\", \"kind\": \"" + kind + "\", \"spec\": {\"for\": \"" + what + "\"}}";
        platform.apply(
                namespace,
                name,
                Platform.image("hello"),
                Map.of(BuildAnnotation.KEY, build),
                Map.of("test/note", note));
    }

    private String message(String namespace, String configuration) {
        var found = platform.client
                .resources(Configuration.class)
                .inNamespace(namespace)
                .withName(configuration)
                .get();
        var conditions =
                found == null ? List.<Condition>of() : found.getStatus().conditions();
        return conditions.stream()
                .filter(c -> c.type().equals("Ready"))
                .map(c -> String.valueOf(c.message()))
                .findFirst()
                .orElse("");
    }

    private String built(String namespace, String service) {
        var revision = platform.client
                .resources(Revision.class)
                .inNamespace(namespace)
                .withName(service + "-00001")
                .get();
        return revision == null ? "" : Platform.condition(revision.getStatus().conditions(), "BuildSucceeded");
    }

    private Resource<GenericKubernetesResource> job(String namespace, String name) {
        return resource(namespace, "Job", name);
    }

    private Resource<GenericKubernetesResource> resource(String namespace, String kind, String name) {
        return platform.client
                .genericKubernetesResources("ci.test/v1", kind)
                .inNamespace(namespace)
                .withName(name);
    }

    private static void say(Resource<GenericKubernetesResource> job, String status, String reason, String message) {
        job.patch(PatchContext.of(PatchType.JSON_MERGE), """
                {"status": {"conditions": [{"type": "Succeeded", "status": "%s", "reason": "%s", "message": "%s"}]}}
                """.formatted(status, reason, message));
    }

    private void define(String kind) {
        var plural = kind.toLowerCase(Locale.ROOT) + "s";
        var definition = Serialization.unmarshal("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %s.ci.test}
                spec:
                  group: ci.test
                  scope: Namespaced
                  names: {kind: %s, plural: %s}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """.formatted(plural, kind, plural), CustomResourceDefinition.class);
        platform.client.resource(definition).create();
        platform.client
                .resource(definition)
                .waitUntilCondition(
                        crd -> crd != null
                                && crd.getStatus() != null
                                && crd.getStatus().getConditions() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True")),
                        SOON.toSeconds(),
                        TimeUnit.SECONDS);
    }
}
