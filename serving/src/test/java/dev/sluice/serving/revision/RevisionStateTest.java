package dev.sluice.serving.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.serving.autoscale.ScaleView;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionStateTest {

    @Test
    void anImageThatIsMissingStaysSoWhileItsRegistryIsAskedAgain() {
        var conditions = new ConditionSet(
                "Ready", List.of(RevisionState.RESOURCES, RevisionState.CONTAINER), List.of(), Instant.EPOCH);
        RevisionState.resolving(conditions);
        assertThat(conditions.get("Ready").orElseThrow().reason()).isEqualTo("ResolvingDigests");
        assertThat(conditions.status("Ready")).isEqualTo("Unknown");
        conditions.markFalse(RevisionState.CONTAINER, "ContainerMissing", "gone");
        RevisionState.resolving(conditions);
        assertThat(conditions.get("Ready").orElseThrow().reason()).isEqualTo("ContainerMissing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    pods "a-1" is forbidden: error looking up service account ns/default: serviceaccount "default" not found | Unknown
                    pods "a-1" is forbidden: error looking up service account ns/mine: serviceaccount "mine" not found       | False
                    pods "a-1" is forbidden: exceeded quota: small, requested: cpu=1                                         | False
                    """)
    void whyPodsCannotBeCreatedIsToldUnlessTheNamespaceIsYoung(String message, String status) {
        var deployment = new DeploymentBuilder()
                .withNewMetadata()
                .withGeneration(1L)
                .endMetadata()
                .withNewStatus()
                .withObservedGeneration(1L)
                .addNewCondition()
                .withType("ReplicaFailure")
                .withStatus("True")
                .withReason("FailedCreate")
                .withMessage(message)
                .endCondition()
                .endStatus()
                .build();
        var conditions = new ConditionSet(
                "Ready", List.of(RevisionState.RESOURCES, RevisionState.CONTAINER), List.of(), Instant.EPOCH);
        RevisionState.mark(
                conditions,
                new ScaleView(ScaleView.State.ACTIVATING, 0, 1, false, false),
                deployment,
                Optional.empty());
        assertThat(conditions.status(RevisionState.RESOURCES)).isEqualTo(status);
        assertThat(conditions.status("Ready")).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CreationFailed", "NotOwned"})
    void whyThereWasNoDeploymentIsForgottenWithoutAPod(String reason) {
        var before = List.of(
                new Condition(RevisionState.RESOURCES, "False", null, "2020-01-01T00:00:00Z", reason, "a quota"),
                new Condition(RevisionState.CONTAINER, "Unknown", null, "2020-01-01T00:00:00Z", "Deploying", null));
        var conditions = new ConditionSet(
                "Ready", List.of(RevisionState.RESOURCES, RevisionState.CONTAINER), before, Instant.EPOCH);
        RevisionState.deployed(conditions);
        RevisionState.mark(
                conditions,
                new ScaleView(ScaleView.State.INACTIVE, 0, 0, true, false),
                new DeploymentBuilder().withNewMetadata().endMetadata().build(),
                Optional.empty());
        assertThat(conditions.status("Ready")).isEqualTo("True");
    }

    @Test
    void whatIsWrongWithAPodStaysAlsoWhenItsDeploymentIsThere() {
        var conditions = new ConditionSet(
                "Ready", List.of(RevisionState.RESOURCES, RevisionState.CONTAINER), List.of(), Instant.EPOCH);
        conditions.markFalse(RevisionState.RESOURCES, "ImagePullBackOff", "no such image");
        RevisionState.deployed(conditions);
        assertThat(conditions.get("Ready").orElseThrow().reason()).isEqualTo("ImagePullBackOff");
    }
}
