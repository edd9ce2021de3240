package dev.sluice.app.cli;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a person sees of a running build: its steps with their times, and the end of its log. Pure. */
final class BuildBoard {
    private static final int LOG_LINES = 6;
    private static final int WIDTH = 100;
    private static final int NAME_WIDTH = 28;
    private static final Pattern ESCAPES =
            Pattern.compile("\\x1B(\\[[0-9;?]*[ -/]*[@-~]|\\][^\\x07\\x1B]*(\\x07|\\x1B\\\\)?|[@-_])");

    /**
     * One step of a build.
     *
     * @param began null before it has
     * @param ended null before it has
     */
    record Step(
            String name, @Nullable Instant began, @Nullable Instant ended, int exitCode) {}

    /** The steps of all pods of a build; of a step that ran in several the last one counts. */
    static List<Step> steps(Collection<Pod> pods) {
        Map<String, Step> steps = new LinkedHashMap<>();
        pods.stream()
                .filter(pod -> pod.getStatus() != null)
                .sorted(Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                        .thenComparing(pod -> pod.getMetadata().getName()))
                .flatMap(pod -> pod.getStatus().getInitContainerStatuses().stream())
                .map(BuildBoard::step)
                .forEach(step -> steps.put(step.name(), step));
        return List.copyOf(steps.values());
    }

    private static Step step(ContainerStatus status) {
        var name = status.getName().replaceFirst("^build-step-", "");
        var state = status.getState();
        if (state != null && state.getTerminated() != null) {
            var ended = state.getTerminated();
            return new Step(
                    name,
                    instant(ended.getStartedAt()),
                    instant(ended.getFinishedAt()),
                    Objects.requireNonNullElse(ended.getExitCode(), 0));
        }
        return new Step(
                name,
                state == null || state.getRunning() == null
                        ? null
                        : instant(state.getRunning().getStartedAt()),
                null,
                0);
    }

    private static @Nullable Instant instant(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Instant.parse(text);
    }

    static List<String> lines(String build, Duration elapsed, List<Step> steps, List<String> log, Instant now) {
        var lines = new ArrayList<String>();
        lines.add("Build     " + build + "  " + Facts.duration(elapsed));
        for (var step : steps) {
            lines.add(String.format("  %s %-" + NAME_WIDTH + "s %s", sign(step), step.name(), time(step, now))
                    .stripTrailing());
        }
        for (var line : log.subList(Math.max(0, log.size() - LOG_LINES), log.size())) {
            lines.add("  | " + plain(line));
        }
        return lines.stream().map(BuildBoard::cut).toList();
    }

    /** Without what moves the cursor or changes colours: programs that draw progress of their own print it. */
    static String plain(String line) {
        var shown = line.substring(line.stripTrailing().lastIndexOf('\r') + 1); // as a terminal would in the end
        return ESCAPES.matcher(shown).replaceAll("").replace('\t', ' ').replaceAll("\\p{Cntrl}", "");
    }

    private static String sign(Step step) {
        if (step.ended() != null) {
            return step.exitCode() == 0 ? "✓" : "✗";
        }
        return step.began() == null ? "·" : "▸";
    }

    private static String time(Step step, Instant now) {
        if (step.began() == null) {
            return "";
        }
        return Facts.duration(Duration.between(step.began(), step.ended() == null ? now : step.ended()));
    }

    /** A line that wraps could not be taken back. */
    private static String cut(String line) {
        return line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line;
    }

    private BuildBoard() {}
}
