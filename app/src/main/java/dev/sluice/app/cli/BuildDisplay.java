package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a person sees while a build runs: on a terminal one line, or with {@code --watch} a board, that is drawn again and again; elsewhere every
 * line of the log when it comes.
 */
final class BuildDisplay {
    private static final Logger LOG = LoggerFactory.getLogger(BuildDisplay.class);
    private static final int LAST_LINES = 40;
    private static final int STATUS_WIDTH = 78;

    /** Where it is shown. */
    interface Paper {
        void say(String line);

        /** Takes back what it drew before, unless something was said since. */
        void draw(String lines);
    }

    /**
     * How it is shown.
     *
     * @param interactive whether lines can be taken back
     * @param watch whether every step is shown, and the end of the log
     */
    record Look(boolean interactive, boolean watch) {}

    private final String name;
    private final Look look;
    private final Clock clock;
    private final Paper paper;
    private final Instant began;
    private final Deque<String> last = new ArrayDeque<>(); // guarded by this
    private List<BuildBoard.Step> steps = List.of(); // guarded by this
    private String state = "starting"; // guarded by this
    private int told; // guarded by this

    BuildDisplay(String name, Look look, Clock clock, Paper paper) {
        this.name = name;
        this.look = look;
        this.clock = clock;
        this.paper = paper;
        began = clock.instant();
    }

    /** A line of the log, as it begins with the name of its container. */
    void line(String text) {
        keep(text.replaceFirst("^\\[build-step-", "["));
        if (look.interactive() && !look.watch()) { // the board is drawn at its own pace
            paper.draw(status());
        }
    }

    private synchronized void keep(String line) {
        if (last.size() == LAST_LINES) {
            last.removeFirst();
        }
        last.addLast(line);
        if (!look.interactive()) {
            paper.say(look.watch() ? String.format("%8s  %s", Facts.duration(elapsed()), line) : "          " + line);
        }
    }

    /** Draws what there is at this moment, for a terminal. */
    void show(Supplier<List<BuildBoard.Step>> now) {
        if (look.watch()) {
            look(now);
            paper.draw(String.join("\n", board()));
        } else {
            paper.draw(status());
        }
    }

    private void look(Supplier<List<BuildBoard.Step>> now) {
        try {
            var found = now.get();
            synchronized (this) {
                steps = found;
            }
        } catch (KubernetesClientException e) { // time goes on while the API server is away
            LOG.atDebug().addKeyValue("build", name).setCause(e).log("the steps of a build could not be read");
        }
    }

    private synchronized List<String> board() {
        return BuildBoard.lines(name, elapsed(), steps, List.copyOf(last), clock.instant());
    }

    private synchronized String status() {
        var newest = last.isEmpty() ? state : BuildBoard.plain(last.getLast());
        var line = String.format("Build     %s %d s  %s", name, elapsed().toSeconds(), newest);
        return line.length() > STATUS_WIDTH ? line.substring(0, STATUS_WIDTH - 1) + "…" : line;
    }

    /** The Build as it is now: steps that have ended are said once. */
    synchronized void tell(JsonNode build) {
        var completed = build.at("/status/stepsCompleted");
        for (; told < completed.size(); told++) {
            int exit = build.at("/status/stepStates/" + told + "/terminated/exitCode")
                    .asInt(0);
            paper.say("          " + completed.get(told).asText().replaceFirst("^build-step-", "step ")
                    + (exit == 0 ? " done" : " failed"));
        }
        state = Facts.condition(build, "Succeeded").map(Facts::why).orElse("starting");
    }

    /** Whether anything of the log was shown that stays. */
    synchronized boolean hasSaidTheLog() {
        return !look.interactive() && !last.isEmpty();
    }

    private Duration elapsed() {
        return Duration.between(began, clock.instant());
    }
}
