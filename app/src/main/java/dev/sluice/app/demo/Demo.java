package dev.sluice.app.demo;

import dev.sluice.app.grpc.ApiClient;
import dev.sluice.app.state.StateDir;
import dev.sluice.protos.v1.EventPhase;
import dev.sluice.protos.v1.FindDeliveriesRequest;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.util.FS;

/** The story, chapter by chapter. Every step is the real one; what does not hold ends the demo with exit code 1. */
public final class Demo {
    private static final String NAMESPACE = "default";
    private static final String NAME = "hello";
    private static final int WARM_REQUESTS = 500;
    private static final int ROLLOUT_SECONDS = 8;
    private static final int ATTEMPTS = 3;
    private static final int QUIET_SECONDS = 1;
    private static final Duration ZERO_LIMIT = Duration.ofSeconds(90);
    private static final Duration EVENT_LIMIT = Duration.ofSeconds(60);

    private final RunningPlatform platform;
    private final Cluster cluster;
    private final HelloProject project;
    private final Narrator tell;
    private final Figures figures = new Figures();
    private String url = "";

    private Demo(RunningPlatform platform, Cluster cluster, HelloProject project, Narrator tell) {
        this.platform = platform;
        this.cluster = cluster;
        this.project = project;
        this.tell = tell;
    }

    /** @return the exit code */
    public static int run(
            StateDir state, String checkout, String launcher, PrintStream out, PrintStream err, boolean colour)
            throws InterruptedException {
        var tell = new Narrator(out, colour);
        try {
            tell.plain("Sluice: from a Git repository to a URL, and from an event to that URL.");
            tell.chapter("The platform: a real Kubernetes control plane, a real Temporal, one JVM");
            FS.FileStoreAttributes.setBackground(true); // else JGit measures the disk's clock for seconds
            tell.command("sluice up");
            long start = System.nanoTime();
            var platform = RunningPlatform.findOrStart(state, launcher, tell);
            var started = since(start);
            tell.shown(
                    platform.startedHere()
                            ? "up, in " + Narrator.time(started)
                            : "it runs already (process " + platform.instance().pid() + ")");
            HelloProject.makeRoom(state.demo().resolve(NAME));
            try (var client = platform.client();
                    var project = HelloProject.create(
                            Path.of(checkout, "examples", "hello-java"),
                            state.demo().resolve(NAME))) {
                var demo = new Demo(platform, new Cluster(client), project, tell);
                if (platform.startedHere()) {
                    demo.figures.add("platform start", started);
                }
                demo.tell();
            }
            return 0;
        } catch (DemoFailure | KubernetesClientException | StatusRuntimeException | IOException e) {
            err.println("sluice: the demo failed: " + e.getMessage());
            return 1;
        }
    }

    private void tell() throws IOException, InterruptedException {
        fromRepositoryToUrl();
        warm();
        toZeroAndBack();
        secondVersion();
        undo();
        event();
        end();
    }

    private void fromRepositoryToUrl() throws IOException {
        tell.chapter("From a Git repository to a URL");
        cluster.forget(NAMESPACE, NAME);
        tell.command("sluice deploy " + NAME);
        long start = System.nanoTime();
        deploy(Map.of("TARGET", "Sluice", "FAIL_FIRST", "2"), Map.of("autoscaling.knative.dev/window", "6s"));
        figures.add("deploy, from repository to Ready", since(start));
        figures.add(
                "  of which the build",
                cluster.buildTime(NAMESPACE, NAME)
                        .orElseThrow(() -> new DemoFailure("the build does not say how long it took")));
        url = cluster.url(NAMESPACE, NAME);
        var answer = Caller.once(url);
        require(
                answer.status() == 200 && answer.body().contains("version 1"),
                "the first request after Ready got " + text(answer));
        tell.command("curl " + url);
        tell.shown("the first request after Ready: " + answer.body().strip());
    }

    private void warm() throws IOException {
        var nanos = new long[WARM_REQUESTS];
        try (var caller = new Caller(url)) {
            for (int i = 0; i < WARM_REQUESTS; i++) { // the JVMs warm up
                caller.get();
            }
            for (int i = 0; i < WARM_REQUESTS; i++) {
                var answer = caller.get();
                require(answer.status() == 200, "a warm request got " + text(answer));
                nanos[i] = answer.nanos();
            }
        }
        figures.add(
                "warm request, p50 / p99",
                Narrator.time(Figures.percentile(nanos, 0.5)) + " / " + Narrator.time(Figures.percentile(nanos, 0.99)));
        tell.shown(
                WARM_REQUESTS + " warm requests, half of them within " + Narrator.time(Figures.percentile(nanos, 0.5)));
    }

    private void toZeroAndBack() throws IOException, InterruptedException {
        tell.chapter("To zero, and back with the next request");
        long idle = System.nanoTime();
        require(
                cluster.awaitPods(NAMESPACE, NAME, 0, ZERO_LIMIT),
                "the service still has pods after " + ZERO_LIMIT.toSeconds() + " s without requests");
        var toZero = since(idle);
        figures.add("to zero, after the last request", toZero);
        tell.shown("no pod is left after " + Narrator.time(toZero) + " without requests");
        // The node still clears away what the pod was; the bare start, with which this one is compared, has a quiet
        // machine.
        TimeUnit.SECONDS.sleep(QUIET_SECONDS);
        var woken = Caller.once(url);
        require(woken.status() == 200, "the request that wakes the service got " + text(woken));
        var cold = Duration.ofNanos(woken.nanos());
        figures.add("cold start, from the request to its answer", cold);
        tell.shown("woken by a request, answered after " + Narrator.time(cold) + ": "
                + woken.body().strip());
        switch (BareStart.measure(platform.instance().registry(), cluster.image(NAMESPACE, NAME))) {
            case BareStart.Outcome.Took(Duration bare) -> {
                figures.add("  the same process started bare, to its first answer", bare);
                tell.fact("the same process started by hand answers after " + Narrator.time(bare));
            }
            case BareStart.Outcome.NotHere(String why) ->
                tell.fact("how long the same process takes by hand could not be measured here: " + why);
        }
    }

    private void secondVersion() throws IOException, InterruptedException {
        tell.chapter("A second version, moved to step by step, watched");
        tell.fact("changed and committed: " + project.nextVersion(2));
        cluster.annotate(NAMESPACE, NAME, "serving.knative.dev/rollout-duration", ROLLOUT_SECONDS + "s");
        tell.command(
                "kubectl annotate ksvc " + NAME + " serving.knative.dev/rollout-duration=" + ROLLOUT_SECONDS + "s");
        tell.command("sluice deploy " + NAME);
        long start = System.nanoTime();
        try (var traffic = new Traffic(url);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Void> deployment = () -> {
                deploy(Map.of(), Map.of());
                return null;
            };
            var deployed = threads.submit(deployment);
            boolean moving = false;
            boolean both = false;
            while (!deployed.isDone()) {
                waitASecond(deployed);
                var answers = traffic.take();
                moving |= answers.containsKey("version 2");
                both |= answers.containsKey("version 1") && answers.containsKey("version 2");
                if (moving) {
                    tell.fact("answered in this second: " + answers);
                }
            }
            get(deployed);
            require(Caller.once(url).body().contains("version 2"), "after the rollout, version 1 still answers");
            require(both, "no second of the rollout had answers of both versions: it did not move step by step");
            require(
                    traffic.failed() == 0,
                    traffic.failed() + " requests failed during the rollout, the last with " + traffic.lastFailure());
        }
        figures.add(
                "second version, from commit to all traffic",
                since(start),
                "(" + ROLLOUT_SECONDS + " s of it by wish)");
        tell.shown("all traffic is at version 2; no request failed on the way");
    }

    private void undo() throws IOException, InterruptedException {
        tell.chapter("And undone");
        tell.command("sluice rollout undo " + NAME);
        long start = System.nanoTime();
        verb("rollout", "undo", NAME);
        while (!Caller.once(url).body().contains("version 1")) {
            require(since(start).compareTo(Duration.ofSeconds(30)) < 0, "version 1 is not back 30 s after undo");
            TimeUnit.MILLISECONDS.sleep(5);
        }
        figures.add("undo, to the first answer of version 1", since(start));
        tell.shown("version 1 answers again after " + Narrator.time(since(start)));
    }

    private void event() throws IOException, InterruptedException {
        tell.chapter("An event, through a channel, to a subscriber that fails twice first");
        cluster.channel(NAMESPACE, "greetings", NAME);
        tell.command("kubectl apply -f -    # a Channel on the stub bus, and a Subscription of " + NAME);
        var id = UUID.randomUUID().toString();
        var channel = "http://greetings-channel." + NAMESPACE + "."
                + platform.instance().domain() + url.substring(url.lastIndexOf(':'));
        long start = System.nanoTime();
        try (var caller = new Caller(channel)) {
            var answer = caller.post(
                    Map.of(
                            "ce-specversion", "1.0",
                            "ce-id", id,
                            "ce-type", "dev.sluice.demo.greeting",
                            "ce-source", "/demo",
                            "content-type", "text/plain"),
                    "good morning");
            require(answer.status() == 202, "the channel answered " + text(answer));
            tell.shown("accepted, and on disk, after " + Narrator.time(Duration.ofNanos(answer.nanos())));
            figures.add("event accepted", Duration.ofNanos(answer.nanos()));
        }
        try (var api = platform.api()) {
            while (!delivered(api, id)) {
                require(
                        since(start).compareTo(EVENT_LIMIT) < 0,
                        "the event was not delivered within " + EVENT_LIMIT.toSeconds() + " s; see: sluice events show "
                                + id);
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        figures.add("event delivered, at the third attempt", since(start));
        tell.command("sluice events show " + id);
        platform.typed("events", "show", id).forEach(tell::fact);
        tell.shown("delivered at the third attempt, by a workflow that would have survived a restart");
    }

    private void end() {
        tell.chapter("What was measured");
        figures.lines().forEach(tell::fact);
        tell.plain("");
        tell.plain("It keeps running. To look around:");
        tell.plain("   the service    " + url);
        tell.plain("   its project    " + project.folder() + " (a Git repository; change it, then:");
        tell.plain("                  ./sluice deploy --watch " + project.folder() + ")");
        tell.plain("   Temporal UI    " + platform.instance().temporalUi());
        tell.plain("   kubectl        export KUBECONFIG=" + platform.instance().kubeconfig());
        tell.plain("   stop it        ./sluice down");
    }

    private void deploy(Map<String, String> env, Map<String, String> annotations) throws IOException {
        var words = new java.util.ArrayList<>(List.of("deploy", project.folder().toString(), "--name", NAME));
        env.forEach((key, value) -> words.addAll(List.of("--env", key + "=" + value)));
        annotations.forEach((key, value) -> words.addAll(List.of("--annotation", key + "=" + value)));
        verb(words.toArray(String[]::new));
    }

    /** Types a verb and shows what it says, indented. */
    private void verb(String... words) throws IOException {
        var shown = new PrintStream(new Indented(tell), true, StandardCharsets.UTF_8);
        int code = platform.verb(shown, shown, List.of(words));
        require(code == 0, "'sluice " + String.join(" ", words) + "' ended with " + code);
    }

    private static boolean delivered(ApiClient api, String event) {
        var request = FindDeliveriesRequest.newBuilder()
                .setNamespace(NAMESPACE)
                .setEventId(event)
                .build();
        for (var delivery : api.deliveries().find(request).getDeliveriesList()) {
            for (var found : delivery.getEventsList()) {
                if (found.getPhase() == EventPhase.EVENT_PHASE_DELIVERED) {
                    require(
                            found.getAttempts() == ATTEMPTS,
                            "the event was delivered at attempt " + found.getAttempts() + ", not at attempt "
                                    + ATTEMPTS);
                    return true;
                }
            }
        }
        return false;
    }

    private static void waitASecond(java.util.concurrent.Future<?> unless) throws InterruptedException {
        try {
            unless.get(1, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException _) {
            // asked again by the caller
        }
    }

    private static void get(java.util.concurrent.Future<?> done) throws InterruptedException {
        try {
            done.get();
        } catch (java.util.concurrent.ExecutionException e) {
            var cause = e.getCause();
            throw new DemoFailure(cause == null ? e.toString() : String.valueOf(cause.getMessage()), e);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new DemoFailure(otherwise);
        }
    }

    private static String text(Caller.Answer answer) {
        return "HTTP " + answer.status() + " " + answer.body().strip();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
