package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a build and tells it as it goes: on a terminal the time and the newest line of its log, elsewhere every line when it
 * comes. A failed build ends with the step, the reason and the last lines it printed.
 */
final class BuildProgress {
    private static final Logger LOG = LoggerFactory.getLogger(BuildProgress.class);
    private static final int LAST_LINES = 40;
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private final Session session;
    private final String namespace;
    private final String name;
    private final boolean interactive;
    private final BuildDisplay display;

    /** @param watch whether every step is shown, and the end of the log */
    BuildProgress(Session session, String namespace, String name, boolean watch) {
        this.session = session;
        this.namespace = namespace;
        this.name = name;
        interactive = session.request().terminal().interactive();
        display = new BuildDisplay(
                name, new BuildDisplay.Look(interactive, watch), Clock.systemUTC(), new BuildDisplay.Paper() {
                    @Override
                    public void say(String line) {
                        session.say(line);
                    }

                    @Override
                    public void draw(String lines) {
                        session.progress(lines);
                    }
                });
    }

    /** Returns the build when it has succeeded. */
    JsonNode await(Duration limit) throws InterruptedException {
        var threads = Executors.newScheduledThreadPool(
                2, Thread.ofVirtual().name("build-progress-", 0).factory());
        try {
            var log = threads.submit(this::follow);
            if (interactive) {
                var _ = threads.scheduleAtFixedRate(() -> display.show(this::steps), 0, 1, TimeUnit.SECONDS);
            }
            var build = ended(limit);
            if (!Facts.text(build, "/status/cluster/podName").isEmpty()) {
                await(log);
            }
            if (Facts.status(build, "Succeeded").equals("True")) {
                return build;
            }
            throw failure(build);
        } finally {
            threads.shutdownNow();
        }
    }

    private JsonNode ended(Duration limit) {
        var resource = Kind.BUILD
                .in(session.platform().kubernetes())
                .inNamespace(namespace)
                .withName(name);
        try {
            var done = resource.waitUntilCondition(
                    found -> {
                        if (found == null) {
                            return true;
                        }
                        display.tell(Kind.json(found));
                        var status = Facts.status(Kind.json(found), "Succeeded");
                        return status.equals("True") || status.equals("False");
                    },
                    limit.toSeconds(),
                    TimeUnit.SECONDS);
            if (done == null) {
                throw new VerbException("build " + name + " was deleted");
            }
            return Kind.json(Objects.requireNonNull(done));
        } catch (KubernetesClientTimeoutException _) {
            throw new VerbException("build " + name + " did not end within " + limit.toMinutes() + " minutes");
        }
    }

    private void follow() {
        try {
            session.platform().buildLogs().read(namespace, name, true, display::line);
        } catch (IOException | KubernetesClientException e) { // the build goes on, and its end says what it is
            LOG.atInfo().addKeyValue("build", name).setCause(e).log("following the log of a build ended early");
        }
    }

    private static void await(Future<?> log) throws InterruptedException {
        try {
            log.get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            LOG.debug("the log of a build did not end with it");
        } catch (ExecutionException e) {
            LOG.atDebug().setCause(e).log("the log of a build ended early");
        }
    }

    private List<BuildBoard.Step> steps() {
        var pods = session.platform()
                .kubernetes()
                .pods()
                .inNamespace(namespace)
                .withLabel("build.knative.dev/buildName", name)
                .list()
                .getItems();
        return BuildBoard.steps(pods);
    }

    private VerbException failure(JsonNode build) {
        if (!display.hasSaidTheLog()) {
            var lines = BuildText.lines(session, namespace, name);
            lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).forEach(session::complain);
        }
        var why = Facts.condition(build, "Succeeded").map(Facts::why).orElse("it says nothing");
        return new VerbException("build " + name + " failed: " + why);
    }
}
