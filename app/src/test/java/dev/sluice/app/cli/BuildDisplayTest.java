package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.cli.BuildDisplay.Look;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildDisplayTest {
    private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");

    private final Watch watch = new Watch();
    private final Sheet sheet = new Sheet();

    @Test
    void drawsABoardOnATerminal() {
        var display = display(true, true);
        watch.now = BEGAN.plusSeconds(3);
        display.line("[build-step-git-source-0] Successfully cloned");
        assertThat(sheet.lines).as("at its own pace").isEmpty();

        display.show(() -> List.of(
                new BuildBoard.Step("git-source-0", BEGAN, BEGAN.plusSeconds(2), 0),
                new BuildBoard.Step("build", BEGAN.plusSeconds(2), null, 0)));

        assertThat(sheet.lines)
                .containsExactly(
                        "drawn: Build     b  3s\n" //
                                + "  ✓ git-source-0                 2s\n"
                                + "  ▸ build                        1s\n"
                                + "  | [git-source-0] Successfully cloned");
    }

    @Test
    void letsTimeGoOnWhileTheApiServerIsAway() {
        var display = display(true, true);
        display.show(() -> List.of(new BuildBoard.Step("build", BEGAN, null, 0)));
        watch.now = BEGAN.plusSeconds(7);

        display.show(() -> {
            throw new KubernetesClientException("away");
        });

        assertThat(sheet.lines.getLast()).isEqualTo("drawn: Build     b  7s\n  ▸ build                        7s");
    }

    @Test
    void drawsOneLineOnATerminalWithoutWatching() {
        var display = display(true, false);
        display.show(List::of);
        display.tell(build("", "reason: Building"));
        display.show(List::of);
        watch.now = BEGAN.plusSeconds(61);
        display.line("[build-step-build] \u001b[32m" + "x".repeat(100));

        assertThat(sheet.lines)
                .containsExactly(
                        "drawn: Build     b 0 s  starting",
                        "drawn: Build     b 0 s  Building",
                        "drawn: Build     b 61 s  [build] " + "x".repeat(51) + "…");
        assertThat(display.hasSaidTheLog())
                .as("when the build fails, its end is said")
                .isFalse();
    }

    @Test
    void saysEveryLineElsewhere() {
        var display = display(false, true);
        watch.now = BEGAN.plusSeconds(4);
        display.line("[build-step-one] hello");
        display.tell(build("build-step-one", ""));
        display.tell(build("build-step-one", ""));
        watch.now = BEGAN.plus(Duration.ofMinutes(3));
        display.line("[build-step-two] oh");
        display.tell(build("build-step-one, build-step-two", ""));

        assertThat(sheet.lines)
                .containsExactly(
                        "      4s  [one] hello",
                        "          step one done",
                        "      3m  [two] oh",
                        "          step two failed");
        assertThat(display.hasSaidTheLog()).isTrue();
    }

    @Test
    void saysNoTimesElsewhereWithoutWatching() {
        var display = display(false, false);
        display.line("[build-step-one] hello");

        assertThat(sheet.lines).containsExactly("          [one] hello");
    }

    private BuildDisplay display(boolean interactive, boolean watched) {
        return new BuildDisplay("b", new Look(interactive, watched), watch, sheet);
    }

    /** The second of the steps has failed. */
    private static com.fasterxml.jackson.databind.JsonNode build(String completed, String succeeded) {
        return Kind.json(Serialization.unmarshal("""
                apiVersion: build.knative.dev/v1alpha1
                kind: Build
                status:
                  stepsCompleted: [%s]
                  stepStates: [{terminated: {exitCode: 0}}, {terminated: {exitCode: 3}}]
                  conditions: [{type: Succeeded, status: Unknown, %s}]
                """.formatted(completed, succeeded), GenericKubernetesResource.class));
    }

    private static final class Sheet implements BuildDisplay.Paper {
        final List<String> lines = new ArrayList<>();

        @Override
        public void say(String line) {
            lines.add(line);
        }

        @Override
        public void draw(String drawn) {
            lines.add("drawn: " + drawn);
        }
    }

    private static final class Watch extends Clock {
        Instant now = BEGAN;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
