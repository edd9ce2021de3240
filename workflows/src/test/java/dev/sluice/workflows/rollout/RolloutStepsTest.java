package dev.sluice.workflows.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.workflows.rollout.RolloutActivities.Facts;
import dev.sluice.workflows.rollout.RolloutCommand.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutStepsTest {
    private static final Facts THREE = new Facts(false, RolloutState.NONE, "r3", List.of("r3", "r2", "r1"), 0);

    @ParameterizedTest(name = "over {0}, the first step took {1}: {2}% every {3}")
    @CsvSource({
        "PT8S, PT0.1S, 14, PT1S",
        "PT40S, PT8S, 25, PT8S", // 1, 26, 51, 76, 100
        "PT600S, PT1S, 1, PT6.050S",
        "PT1S, PT0.1S, 99, PT1S"
    })
    void requestsMoveInEqualSteps(Duration duration, Duration first, int size, Duration pause) {
        assertThat(RolloutSteps.over(duration, first)).isEqualTo(new RolloutSteps(size, pause));
    }

    @ParameterizedTest
    @CsvSource({
        "PROMOTE, PROGRESSING, ''",
        "PROMOTE, COMPLETED, no rollout is in progress",
        "PAUSE, PAUSED, the rollout is paused already",
        "PAUSE, COMPLETED, no rollout is in progress",
        "RESUME, PROGRESSING, the rollout is not paused",
        "ABORT, PAUSED, ''",
        "RETRY, COMPLETED, nothing was aborted or undone",
        "RETRY, ROLLED_BACK, ''",
        "UNDO, COMPLETED, ''"
    })
    void saysWhyNot(Kind kind, RolloutPhase phase, String refusal) {
        var state = new RolloutState(phase, "r2", "r3", 50, "");
        assertThat(new RolloutCommand(kind, "").refusal(state, THREE).orElse(""))
                .isEqualTo(refusal);
    }

    @Test
    void undoGoesBackOneRevisionAndAgainOneMore() {
        var completed = new RolloutState(RolloutPhase.COMPLETED, "r2", "r3", 100, "");
        var undo = new RolloutCommand(Kind.UNDO, "");
        var once = undo.applied(completed, THREE);
        assertThat(once.stable()).isEqualTo("r2");
        var twice = undo.applied(once, THREE);
        assertThat(twice.stable()).isEqualTo("r1");
        assertThat(undo.refusal(twice, THREE)).contains("there is no revision to go back to");
    }

    @Test
    void undoRefusesWhatIsNotThere() {
        var completed = new RolloutState(RolloutPhase.COMPLETED, "r2", "r3", 100, "");
        assertThat(new RolloutCommand(Kind.UNDO, "r9").refusal(completed, THREE))
                .contains("revision r9 is not there or not ready");
        assertThat(new RolloutCommand(Kind.UNDO, "r3").refusal(completed, THREE))
                .isPresent();
    }
}
