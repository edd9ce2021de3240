package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** What cannot start says so, with a reason and a message, on everything that depends on it. */
@Conformance
class FailureConformance {
    @Test
    @Row("TestContainerErrorMsg")
    void saysWhichImageCannotBeFetched(World world) {
        var service = world.service("imageless", "$NONE").failed();
        for (var condition : new String[] {"ConfigurationsReady", "RoutesReady"}) {
            service.until(condition, object -> Thing.is(object, condition, "False"));
        }
        var ready = Thing.condition(service.configuration().failed().json(), "Ready");
        assertThat(ready.path("reason").asText()).isEqualTo("RevisionFailed");
        assertThat(ready.path("message").asText())
                .contains("Unable to fetch image")
                .contains("no-such-image");
        var healthy = Thing.condition(service.latestRevision().failed().json(), "ContainerHealthy");
        assertThat(healthy.path("reason").asText()).isEqualTo("ContainerMissing");
        assertThat(healthy.path("message").asText()).contains("no-such-image");
        assertThat(Thing.condition(service.route().failed().json(), "Ready")
                        .path("reason")
                        .asText())
                .isNotEmpty();
    }

    @Test
    @Row("TestContainerExitingMsg")
    void saysHowAContainerEnded(World world) {
        var service = world.service(
                        "ending",
                        "$V1",
                        "env: [{name: EXIT_CODE, value: '5'}, {name: EXIT_MESSAGE, value: Crashed on purpose}]")
                .failed();
        var revision = service.latestRevision().failed().json();
        var healthy = Thing.condition(revision, "ContainerHealthy");
        assertThat(healthy.path("reason").asText()).isEqualTo("ExitCode5");
        assertThat(healthy.path("message").asText()).contains("Container failed with: Crashed on purpose");
        var ready = Thing.condition(service.configuration().failed().json(), "Ready");
        assertThat(ready.path("reason").asText()).isEqualTo("RevisionFailed");
        assertThat(ready.path("message").asText()).contains("Crashed on purpose");
    }

    @Test
    @Row("TestRoutesNotReady")
    void isNotRoutedWhenItHasNothingToRouteTo(World world) {
        var service = world.service("unrouted", "$NONE").failed();
        var object = service.until("without routes", o -> Thing.is(o, "RoutesReady", "False"));
        assertThat(Thing.condition(object, "RoutesReady").path("message").asText())
                .isEqualTo("Configuration \"unrouted\" does not have any ready Revision.");
    }

    @Test
    @Row("TestImagePullError")
    void saysThatAnImageCannotBePulled(World world) {
        // a digest is taken as it stands, so the kubelet meets the trouble first
        var service = world.service(
                "unpulled",
                "$NONE".replace("$NONE", world.filled("$NONE").replace(":1", "") + "@sha256:" + "3".repeat(64)));
        var revision = service.until(
                "started",
                o -> !o.at("/status/latestCreatedRevisionName").asText("").isEmpty());
        var failed = world.thing(
                        Kind.REVISION,
                        revision.at("/status/latestCreatedRevisionName").asText())
                .until("said why", o -> pullReason(o).matches("ImagePullBackOff|ErrImagePull|ContainerMissing"));
        assertThat(pullReason(failed)).isIn("ImagePullBackOff", "ErrImagePull");
    }

    private static String pullReason(JsonNode revision) {
        return Thing.condition(revision, "Ready").path("reason").asText("");
    }

    @Test
    @Row("TestPodScheduleError")
    void saysThatNoNodeHasRoom(World world) {
        var service = world.service("huge", "$V1", "resources: {requests: {cpu: '50000'}}");
        var name = service.until(
                        "started",
                        o -> !o.at("/status/latestCreatedRevisionName")
                                .asText("")
                                .isEmpty())
                .at("/status/latestCreatedRevisionName")
                .asText();
        world.thing(Kind.REVISION, name)
                .until(
                        "unschedulable",
                        o -> Thing.condition(o, "Ready")
                                .path("reason")
                                .asText("")
                                .equals("Unschedulable"));
    }

    @Test
    @Row("TestResourceQuotaError")
    void saysThatAQuotaIsExceeded(World world) {
        world.create(Kind.RESOURCE_QUOTA, """
                metadata: {name: small}
                spec: {hard: {cpu: 100m}}
                """);
        var service = world.service("greedy", "$V1", "resources: {requests: {cpu: 150m}}")
                .failed();
        var ready = Thing.condition(service.latestRevision().failed().json(), "Ready");
        assertThat(ready.path("reason").asText()).isEqualTo("FailedCreate");
        assertThat(ready.path("message").asText()).contains("forbidden: exceeded quota");
    }
}
