package dev.sluice.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.autoscaling.PodAutoscaler;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteSpec;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBindingBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** From a Service to a published route and back to zero; Temporal is down all the time, which must not matter here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServingIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Map<String, String> NONE = Map.of();

    private Platform platform;
    private WorkflowServiceStubs nobody;

    @BeforeAll
    void start(@TempDir Path folder) {
        nobody = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:9")
                .build());
        platform = new Platform(
                folder, WorkflowClient.newInstance(nobody), ServingConfig.local("localhost", 8080, "127.0.0.1", 8080));
    }

    @AfterAll
    void stop() {
        platform.close();
        nobody.shutdownNow();
    }

    @Test
    void aServiceBecomesReadyAndIsPublished() throws Exception {
        platform.namespace("ready");
        var seen = new CopyOnWriteArrayList<String>();
        platform.apply("ready", "hello", Platform.image("hello"), NONE, NONE);

        await().atMost(SOON).until(() -> {
            var state = ready("ready", "hello");
            seen.add(state);
            return state.equals("True");
        });
        assertThat(seen).noneMatch(state -> state.startsWith("False"));
        assertThat(platform.gateway.split("hello.ready.localhost")).isEqualTo(Map.of("hello-00001", 100));
        assertThat(platform.gateway.split("hello.ready.svc.cluster.local")).isEqualTo(Map.of("hello-00001", 100));
        var status = platform.service("ready", "hello").getStatus();
        assertThat(status.url()).isEqualTo("http://hello.ready.localhost:8080");
        assertThat(status.latestReadyRevisionName()).isEqualTo("hello-00001");
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(platform.serving.scales())
                .filteredOn(scale -> scale.service().equals("hello"))
                .singleElement()
                .satisfies(scale -> {
                    assertThat(scale.configuration()).isEqualTo("hello");
                    assertThat(scale.numbers().revision()).isEqualTo(new RevisionId("ready", "hello-00001"));
                    assertThat(scale.numbers().requested()).isEqualTo(1);
                });
        assertThat(platform.client
                        .services()
                        .inNamespace("ready")
                        .withName("hello")
                        .get())
                .isNotNull();
        var deployment = platform.client
                .apps()
                .deployments()
                .inNamespace("ready")
                .withName("hello-00001-deployment")
                .get();
        assertThat(deployment
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getEnv())
                .extracting("name", "value")
                .contains(
                        org.assertj.core.groups.Tuple.tuple("PORT", "8080"),
                        org.assertj.core.groups.Tuple.tuple("K_SERVICE", "hello"),
                        org.assertj.core.groups.Tuple.tuple("K_REVISION", "hello-00001"));
    }

    /** Each write costs the API server and etcd more than it costs us: 200 Services at once are bound by them. */
    @Test
    void aServiceCostsFewWritesUntilItIsReady() throws Exception {
        platform.namespace("counted");
        platform.apply("counted", "app", Platform.image("hello"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("counted", "app").equals("True"));
        await().atMost(SOON).ignoreExceptions().until(() -> {
            var pa = platform.client
                    .resources(PodAutoscaler.class)
                    .inNamespace("counted")
                    .withName("app-00001")
                    .require();
            return Platform.condition(pa.getStatus().conditions(), "Ready").equals("True")
                    && pa.getMetadata().getGeneration().equals(pa.getStatus().observedGeneration())
                    && "Reachable".equals(pa.getSpec().reachability());
        });
        await().during(Duration.ofMillis(1500)) // what comes late counts too
                .atMost(SOON)
                .until(() -> ready("counted", "app").equals("True"));

        var writes = platform.requests.writes("counted");
        writes.remove("PATCH services"); // ours
        writes.remove("PATCH core pods/status"); // the kubelet's
        var bounds = Map.ofEntries(
                Map.entry("POST configurations", 1),
                Map.entry("POST routes", 1),
                Map.entry("POST revisions", 1),
                Map.entry("POST deployments", 1),
                Map.entry("POST podautoscalers", 1),
                Map.entry("POST core services", 1),
                Map.entry("POST core events", 7),
                Map.entry("PATCH revisions", 1), // the Route that leads to it
                Map.entry("PUT podautoscalers", 1), // and so its reachability
                Map.entry("PUT configurations/status", 2),
                Map.entry("PUT routes/status", 2),
                Map.entry("PUT revisions/status", 3), // two, and one more where a look falls between its conditions
                Map.entry("PUT podautoscalers/status", 3),
                Map.entry("PUT services/status", 5)); // two or three, unless each step takes a second
        assertThat(bounds.keySet()).containsAll(writes.keySet());
        assertThat(writes)
                .allSatisfy((what, count) ->
                        assertThat(count).as("%s of %s", what, writes).isLessThanOrEqualTo(bounds.get(what)));
    }

    @Test
    void whatTheApiServerRefusesIsSaidUpToTheServiceAndHealsByItself() throws Exception {
        platform.namespace("quota");
        var quota = platform.client
                .resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("none")
                        .withNamespace("quota")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("count/deployments.apps", new Quantity("0"))
                        .endSpec()
                        .build())
                .create();
        platform.apply("quota", "app", Platform.image("hello"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("quota", "app").equals("False RevisionFailed"));
        assertThat(platform.revision("quota", "app-00001").getStatus()).satisfies(status -> {
            assertThat(Platform.condition(status.conditions(), "ResourcesAvailable"))
                    .isEqualTo("False CreationFailed");
            assertThat(status.observedGeneration()).isEqualTo(1);
        });
        assertThat(platform.service("quota", "app").getStatus().conditions())
                .filteredOn(c -> c.type().equals("ConfigurationsReady"))
                .singleElement()
                .satisfies(c -> assertThat(c.message())
                        .contains("Failed to create Deployment \"app-00001-deployment\"")
                        .contains("quota"));

        platform.client.resource(quota).delete();
        await().atMost(Duration.ofSeconds(40)).until(() -> ready("quota", "app").equals("True"));
    }

    @Test
    void aGenerationThatItsRouteMayNotFollowIsNotReady() throws Exception {
        platform.namespace("denied");
        platform.apply("denied", "app", Platform.image("hello"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("denied", "app").equals("True"));
        var policy = denyUpdates("routes", "denied");
        var seen = new CopyOnWriteArrayList<String>();
        try (var _ = platform.client
                .resources(KnativeService.class)
                .inNamespace("denied")
                .withName("app")
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, KnativeService service) {
                        var status = service.getStatus();
                        seen.add(status.observedGeneration() + " " + Platform.condition(status.conditions(), "Ready"));
                    }

                    @Override
                    public void onClose(WatcherException cause) {}
                })) {
            platform.client
                    .resources(KnativeService.class)
                    .inNamespace("denied")
                    .withName("app")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"traffic\":[{\"revisionName\":\"app-00001\",\"percent\":100}]}}");
            await().atMost(SOON).untilAsserted(() -> assertThat(seen).contains("2 False UpdateFailed"));
            assertThat(seen).doesNotContain("2 True");
            assertThat(platform.service("denied", "app").getStatus().conditions())
                    .filteredOn(c -> c.type().equals("RoutesReady"))
                    .singleElement()
                    .satisfies(c -> assertThat(c.message())
                            .startsWith("Failed to update Route \"app\": ")
                            .contains("not today"));

            platform.client.resource(policy).delete();
            await().atMost(Duration.ofSeconds(40)).until(() -> seen.getLast().equals("2 True"));
        }
        assertThat(platform.route("denied", "app").getSpec().traffic())
                .singleElement()
                .satisfies(target -> assertThat(target.revisionName()).isEqualTo("app-00001"));
    }

    /** Returns when the API server denies them. */
    private ValidatingAdmissionPolicy denyUpdates(String plural, String namespace) {
        var policy = new ValidatingAdmissionPolicyBuilder()
                .withNewMetadata()
                .withName("no-" + plural + "-" + namespace)
                .endMetadata()
                .withNewSpec()
                .withFailurePolicy("Fail")
                .withNewMatchConstraints()
                .addNewResourceRule()
                .withApiGroups("serving.knative.dev")
                .withApiVersions("*")
                .withOperations("UPDATE")
                .withResources(plural)
                .endResourceRule()
                .endMatchConstraints()
                .addNewValidation()
                .withExpression("false")
                .withMessage("not today")
                .endValidation()
                .endSpec()
                .build();
        platform.client.resource(policy).create();
        platform.client
                .resource(new ValidatingAdmissionPolicyBindingBuilder()
                        .withNewMetadata()
                        .withName(policy.getMetadata().getName())
                        .endMetadata()
                        .withNewSpec()
                        .withPolicyName(policy.getMetadata().getName())
                        .withValidationActions("Deny")
                        .withNewMatchResources()
                        .withNewNamespaceSelector()
                        .addToMatchLabels("kubernetes.io/metadata.name", namespace)
                        .endNamespaceSelector()
                        .endMatchResources()
                        .endSpec()
                        .build())
                .create();
        await().atMost(SOON)
                .untilAsserted(() -> assertThatThrownBy(() -> platform.client
                                .resources(Route.class)
                                .inNamespace(namespace)
                                .withName("app")
                                .dryRun()
                                .patch(
                                        PatchContext.of(PatchType.JSON_MERGE),
                                        "{\"metadata\":{\"annotations\":{\"example.com/denied\":\"yet\"}}}"))
                        .hasMessageContaining("not today"));
        return policy;
    }

    @Test
    void aGenerationThatCannotBeBroughtUpIsObservedAndUnknown() throws Exception {
        platform.namespace("lost");
        platform.requests.lose(request ->
                request.method().equals("POST") && request.uri().getPath().endsWith("/namespaces/lost/deployments"));
        try {
            platform.apply("lost", "app", Platform.image("hello"), NONE, NONE);
            await().atMost(SOON)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    platform.revision("lost", "app-00001").getStatus())
                            .satisfies(status -> {
                                assertThat(Platform.condition(status.conditions(), "Ready"))
                                        .isEqualTo("Unknown NewObservedGenFailure");
                                assertThat(status.observedGeneration()).isEqualTo(1);
                            }));
        } finally {
            platform.requests.lose(_ -> false);
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> ready("lost", "app").equals("True"));
    }

    @Test
    void aSecondRevisionTakesOverAndABrokenOneDoesNot() throws Exception {
        platform.namespace("second");
        platform.apply("second", "app", Platform.image("one"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("second", "app").equals("True"));

        platform.apply("second", "app", Platform.image("two"), NONE, NONE);
        await().atMost(SOON)
                .until(() -> platform.gateway.split("app.second.localhost").equals(Map.of("app-00002", 100)));
        await().atMost(SOON).until(() -> ready("second", "app").equals("True"));

        platform.apply("second", "app", Platform.image("crash"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("second", "app").equals("False RevisionFailed"));
        assertThat(platform.gateway.split("app.second.localhost")).isEqualTo(Map.of("app-00002", 100));
        var status = platform.service("second", "app").getStatus();
        assertThat(status.latestCreatedRevisionName()).isEqualTo("app-00003");
        assertThat(status.latestReadyRevisionName()).isEqualTo("app-00002");
        assertThat(status.conditions())
                .anySatisfy(c -> assertThat(c.message()).contains("Container failed with: no such database"));
    }

    @Test
    void anImageThatCannotBePulledIsSaidWithinSeconds() throws Exception {
        platform.namespace("missing");
        platform.apply("missing", "app", Platform.image("missing"), NONE, NONE);
        await().atMost(SOON)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(Platform.condition(
                                platform.revision("missing", "app-00001")
                                        .getStatus()
                                        .conditions(),
                                "ResourcesAvailable"))
                        .isEqualTo("False ImagePullBackOff"));
    }

    @Test
    void anImageThatNoRegistryHasIsNamed() throws Exception {
        platform.namespace("nowhere");
        platform.apply("nowhere", "app", "127.0.0.1:9/none:v1", NONE, NONE);
        await().atMost(SOON)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(platform.revision("nowhere", "app-00001")
                                .getStatus()
                                .conditions())
                        .anySatisfy(c -> {
                            assertThat(c.reason()).isEqualTo("ContainerMissing");
                            assertThat(c.message())
                                    .startsWith("Unable to fetch image \"127.0.0.1:9/none:v1\": failed to resolve");
                        }));
        assertThat(platform.client
                        .apps()
                        .deployments()
                        .inNamespace("nowhere")
                        .list()
                        .getItems())
                .isEmpty();
    }

    @Test
    void anIdleRevisionGoesToZeroAndARequestWakesIt() throws Exception {
        platform.namespace("zero");
        platform.apply("zero", "app", Platform.image("hello"), NONE, Map.of("autoscaling.knative.dev/window", "6s"));
        await().atMost(SOON).until(() -> ready("zero", "app").equals("True"));
        var id = new RevisionId("zero", "app-00001");

        await().atMost(Duration.ofSeconds(30)).until(() -> platform.replicas(id) == 0);
        await().atMost(SOON).until(() -> platform.gateway.podsOf(id).isEmpty());
        assertThat(ready("zero", "app")).isEqualTo("True");
        await().atMost(SOON)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(Platform.condition(
                                platform.revision("zero", "app-00001")
                                        .getStatus()
                                        .conditions(),
                                "Active"))
                        .isEqualTo("False NoTraffic"));

        platform.serving.events().wake(id);
        await().atMost(SOON).until(() -> !platform.gateway.podsOf(id).isEmpty());
        assertThat(platform.replicas(id)).isEqualTo(1);
    }

    @Test
    void aScaleDownTakesThePodThatHasDrainedAndWaitsForTheBusyOne() throws Exception {
        platform.namespace("down");
        platform.gateway.holdDraining(); // until it is known which pods there are
        platform.apply(
                "down",
                "app",
                Platform.image("hello"),
                NONE,
                Map.of("autoscaling.knative.dev/window", "6s", "autoscaling.knative.dev/initial-scale", "4"));
        var id = new RevisionId("down", "app-00001");
        await().atMost(SOON).until(() -> platform.gateway.podsOf(id).size() == 4);
        var all = uids(id);
        platform.gateway.busy.addAll(all);
        platform.gateway.letDrain();

        await().atMost(SOON).until(() -> cordoned(all).size() == 2); // by half at most
        var victims = cordoned(all);
        assertThat(platform.replicas(id)).isEqualTo(4);

        var first = victims.iterator().next();
        platform.gateway.end(Set.of(first));
        await().atMost(SOON).until(() -> platform.replicas(id) == 3);
        await().atMost(SOON).until(() -> platform.gateway.podsOf(id).size() == 3);
        assertThat(uids(id)).as("the drained pod went, not a busy one").doesNotContain(first);

        platform.gateway.end(victims);
        await().atMost(SOON).until(() -> platform.gateway.podsOf(id).size() == 2);
        assertThat(uids(id)).doesNotContainAnyElementsOf(victims);
    }

    @Test
    void aMinimumThatIsEditedOnTheRevisionHoldsWithoutANewOne() throws Exception {
        platform.namespace("min");
        platform.apply("min", "app", Platform.image("hello"), NONE, Map.of("autoscaling.knative.dev/window", "6s"));
        var id = new RevisionId("min", "app-00001");
        await().atMost(SOON).until(() -> ready("min", "app").equals("True"));
        var first = uids(id);

        annotate(id, "autoscaling.knative.dev/min-scale", "3");
        await().atMost(SOON).until(() -> platform.gateway.podsOf(id).size() == 3);
        assertThat(uids(id)).as("nothing of its pods has changed").containsAll(first);

        annotate(id, "autoscaling.knative.dev/min-scale", "0");
        await().atMost(Duration.ofSeconds(30)).until(() -> platform.replicas(id) == 0);
        assertThat(platform.client
                        .resources(Revision.class)
                        .inNamespace("min")
                        .list()
                        .getItems())
                .hasSize(1);
    }

    @Test
    void classHpaLeavesTheScaleToAHorizontalPodAutoscaler() throws Exception {
        platform.namespace("hpa");
        platform.apply(
                "hpa",
                "app",
                Platform.image("hello"),
                NONE,
                Map.of(
                        "autoscaling.knative.dev/class", "hpa.autoscaling.knative.dev",
                        "autoscaling.knative.dev/target", "75",
                        "autoscaling.knative.dev/min-scale", "2",
                        "autoscaling.knative.dev/max-scale", "5",
                        "autoscaling.knative.dev/window", "20s"));
        await().atMost(SOON).until(() -> ready("hpa", "app").equals("True"));
        var hpa = platform.client
                .autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace("hpa")
                .withName("app-00001")
                .get();
        assertThat(hpa.getSpec().getScaleTargetRef().getName()).isEqualTo("app-00001-deployment");
        assertThat(hpa.getSpec().getMinReplicas()).isEqualTo(2);
        assertThat(hpa.getSpec().getMaxReplicas()).isEqualTo(5);
        var pa = platform.client
                .resources(PodAutoscaler.class)
                .inNamespace("hpa")
                .withName("app-00001")
                .get();
        assertThat(hpa.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner ->
                        assertThat(owner.getUid()).isEqualTo(pa.getMetadata().getUid()));
        await().atMost(SOON)
                .until(() -> Platform.condition(
                                platform.client.resource(pa).get().getStatus().conditions(), "Active")
                        .equals("True"));

        // whoever scales it, it is not us
        platform.client
                .apps()
                .deployments()
                .inNamespace("hpa")
                .withName("app-00001-deployment")
                .scale(4);
        await().during(Duration.ofSeconds(5))
                .atMost(SOON)
                .until(() -> platform.replicas(new RevisionId("hpa", "app-00001")) == 4);
    }

    private Set<String> uids(RevisionId id) {
        return platform.gateway.podsOf(id).stream().map(PodEndpoint::uid).collect(Collectors.toSet());
    }

    private Set<String> cordoned(Set<String> of) {
        return of.stream().filter(platform.gateway.cordoned::contains).collect(Collectors.toSet());
    }

    private void annotate(RevisionId id, String key, String value) {
        platform.client
                .resources(Revision.class)
                .inNamespace(id.namespace())
                .withName(id.name())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(key, value));
    }

    @Test
    void aRestartPublishesEverythingAtOnceAndKeepsWarmPods() throws Exception {
        platform.namespace("again");
        platform.apply("again", "app", Platform.image("hello"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("again", "app").equals("True"));
        int before = platform.gateway.tables.size();

        platform.restartServing();

        assertThat(platform.gateway.tables.get(before).hosts()).containsKey("app.again.localhost");
        assertThat(platform.replicas(new RevisionId("again", "app-00001"))).isEqualTo(1);
    }

    @Test
    void aRouteThatIsDeletedWhileNobodyLooksFreesItsRevisions() throws Exception {
        platform.namespace("unseen");
        platform.apply("unseen", "app", Platform.image("hello"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("unseen", "app").equals("True"));
        var route = new Route();
        route.setMetadata(
                new ObjectMetaBuilder().withNamespace("unseen").withName("raw").build());
        route.setSpec(new RouteSpec(List.of(new TrafficTarget(null, null, "app", true, 100L, null))));
        platform.client.resource(route).create();
        await().atMost(SOON).until(() -> leading("unseen").equals("app,raw"));

        platform.serving.close();
        platform.client.resource(route).delete();
        platform.restartServing();

        await().atMost(SOON).until(() -> leading("unseen").equals("app"));
    }

    /** The Routes that lead to the revision, as it says itself. */
    private String leading(String namespace) {
        return Objects.requireNonNullElse(
                platform.client
                        .resources(Revision.class)
                        .inNamespace(namespace)
                        .withName("app-00001")
                        .require()
                        .getMetadata()
                        .getAnnotations()
                        .get(ServingAnnotations.ROUTES),
                "");
    }

    @Test
    void whatARouteNamesIsKeptAlsoWhileTheRestIsNotThere() throws Exception {
        platform.namespace("kept");
        platform.apply("kept", "app", Platform.image("one"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("kept", "app").equals("True"));
        platform.apply("kept", "app", Platform.image("two"), NONE, NONE);
        await().atMost(SOON).until(() -> routing("kept", "app-00001").equals("reserve"));

        route("kept", "raw", pinned("app-00001", 50), pinned("app-00009", 50));
        await().atMost(SOON).until(() -> routing("kept", "app-00001").equals("active raw"));
        assertThat(Platform.condition(platform.route("kept", "raw").getStatus().conditions(), "Ready"))
                .isEqualTo("False RevisionMissing");

        route("kept", "raw", pinned("app-00001", 100));
        await().atMost(SOON)
                .until(() -> platform.gateway.split("raw.kept.localhost").equals(Map.of("app-00001", 100)));
        platform.gateway.silent = true;
        try {
            route("kept", "raw", pinned("app-00002", 100));
            await().atMost(SOON).until(() -> routing("kept", "app-00002").equals("active app,raw"));
            platform.client
                    .resources(Route.class)
                    .inNamespace("kept")
                    .withName("raw")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"annotations\":{\"example.com/look\":\"again\"}}}");
            await().atMost(SOON).until(() -> annotated("kept", "raw", "example.com/look"));
            assertThat(routing("kept", "app-00001"))
                    .as("a gateway may serve it still")
                    .isEqualTo("active raw");
        } finally {
            platform.gateway.silent = false;
        }
        await().atMost(SOON).until(() -> routing("kept", "app-00001").equals("reserve"));
    }

    @Test
    void aNameThatAnotherRouteHasIsNotTakenFromIt() throws Exception {
        platform.namespace("taken");
        platform.apply("taken", "b-a", Platform.image("one"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("taken", "b-a").equals("True"));

        route("taken", "a", new TrafficTarget("b", "b-a-00001", null, false, 100L, null));
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> Platform.condition(
                                platform.route("taken", "a").getStatus().conditions(), "IngressReady")
                        .equals("False NotOwned"));
        assertThat(platform.gateway.rule("b-a.taken.localhost").orElseThrow().owner())
                .isEqualTo("b-a");
        assertThat(platform.gateway.rule("a.taken.localhost")).isEmpty();
    }

    private static TrafficTarget pinned(String revision, long percent) {
        return new TrafficTarget(null, revision, null, false, percent, null);
    }

    private void route(String namespace, String name, TrafficTarget... traffic) {
        var route = new Route();
        route.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        route.setSpec(new RouteSpec(List.of(traffic)));
        platform.client.resource(route).forceConflicts().serverSideApply();
    }

    /** Whether the Kubernetes Service of a Route has an annotation of the Route: it has been looked at since. */
    private boolean annotated(String namespace, String service, String annotation) {
        return platform.client
                .services()
                .inNamespace(namespace)
                .withName(service)
                .require()
                .getMetadata()
                .getAnnotations()
                .containsKey(annotation);
    }

    /** The routing state of a revision and the Routes that lead to it. */
    private String routing(String namespace, String revision) {
        var metadata = platform.revision(namespace, revision).getMetadata();
        return (metadata.getLabels().get(ServingLabels.ROUTING_STATE) + " "
                        + metadata.getAnnotations().getOrDefault(ServingAnnotations.ROUTES, ""))
                .strip();
    }

    @Test
    void deletingAServiceUnpublishesIt() throws Exception {
        platform.namespace("gone");
        platform.apply("gone", "app", Platform.image("hello"), NONE, NONE);
        await().atMost(SOON).until(() -> ready("gone", "app").equals("True"));

        platform.client.resource(platform.service("gone", "app")).delete();

        // the Route goes by garbage collection, whose collector looks for new kinds every 30 s
        await().atMost(SOON.plusSeconds(60))
                .until(() -> platform.gateway.rule("app.gone.localhost").isEmpty());
        await().atMost(SOON.plusSeconds(60))
                .until(() -> platform.client
                        .apps()
                        .deployments()
                        .inNamespace("gone")
                        .list()
                        .getItems()
                        .isEmpty());
    }

    private String ready(String namespace, String name) {
        return Platform.condition(platform.service(namespace, name).getStatus().conditions(), "Ready");
    }
}
