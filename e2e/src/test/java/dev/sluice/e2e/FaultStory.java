package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A story that must end as if nothing had happened, although something is killed in its middle. */
enum FaultStory {
    /** An event waits between two attempts; it arrives at the first attempt after its subscriber is back. */
    DELIVERY_BETWEEN_ATTEMPTS {
        @Override
        void run(Platform platform, Victim victim, Random random) throws Exception {
            try (var receiver = new Receiver()) {
                receiver.answer(503);
                var channel = Events.channel(platform, NAMESPACE, "waiting", receiver.url());
                assertThat(HTTP.post(channel, Events.cloudEvent("w-1"), "x").statusCode())
                        .isEqualTo(202);
                int before = 2 + random.nextInt(3);
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.attempts("w-1") >= before);
                victim.die(platform);
                await().atMost(Duration.ofSeconds(90)).until(() -> receiver.attempts("w-1") > before);
                receiver.answer(202);
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.took("w-1"));
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    var shown =
                            platform.sluice("events", "show", "w-1").succeeded().out();
                    assertThat(shown).containsIgnoringCase("delivered");
                    // an attempt in flight at the kill counts, whether or not it reached the subscriber
                    assertThat(shown)
                            .containsAnyOf(
                                    "after " + receiver.attempts("w-1") + " attempts",
                                    "after " + (receiver.attempts("w-1") + 1) + " attempts");
                });
            }
        }
    },

    /** Events are produced at a steady pace; each one that was acknowledged arrives. */
    PRODUCER_IN_MID_STREAM {
        @Override
        void run(Platform platform, Victim victim, Random random) throws Exception {
            try (var receiver = new Receiver()) {
                var channel = Events.channel(platform, NAMESPACE, "stream", receiver.url());
                int count = 400;
                int killAt = count / 4 + random.nextInt(count / 2);
                var acknowledged = new TreeSet<String>();
                for (int i = 0; i < count; i++) {
                    if (i == killAt) {
                        victim.die(platform);
                    }
                    var id = "s-" + i;
                    try {
                        if (HTTP.post(channel, Events.cloudEvent(id), "x").statusCode() == 202) {
                            acknowledged.add(id);
                        }
                    } catch (AssertionError _) {
                        // not acknowledged: the producer knows that it was not taken
                    }
                    TimeUnit.MILLISECONDS.sleep(5); // the pace of the producer: 200 per second at most
                }
                assertThat(acknowledged).hasSizeGreaterThan(count * 95 / 100);
                await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                    var missing = new TreeSet<>(acknowledged);
                    receiver.deliveries().forEach(d -> missing.remove(d.id()));
                    assertThat(missing).isEmpty();
                });
                long twice = receiver.deliveries().size()
                        - receiver.deliveries().stream()
                                .map(Receiver.Delivery::id)
                                .distinct()
                                .count();
                assertThat(twice).as("delivered again").isLessThanOrEqualTo(100);
            }
        }
    },

    /** A Build is at work; it ends as it would have. */
    BUILD_AT_WORK {
        @Override
        void run(Platform platform, Victim victim, Random random) throws Exception {
            var deploy = new ArrayList<>(List.of(Platform.LAUNCHER.toString(), "deploy", EXAMPLE, "--name", "built"));
            var typed =
                    Thread.ofVirtual().start(() -> platform.cli().run(platform.home, deploy.toArray(String[]::new)));
            var step = List.of("git-source", "build-and-push").get(random.nextInt(2));
            await().atMost(Duration.ofMinutes(2)).until(() -> stepSeen(platform, step));
            victim.die(platform);
            typed.join(); // it may have lost its instance; the build has not
            await().atMost(Duration.ofMinutes(4))
                    .untilAsserted(() -> assertThat(platform.kubectl(
                                            "get",
                                            "builds",
                                            "-o",
                                            "jsonpath={.items[*].status.conditions[?(@.type=='Succeeded')].status}")
                                    .out())
                            .isEqualTo("True"));
            assertThat(platform.sluice("deploy", EXAMPLE, "--name", "built")
                            .succeeded()
                            .exit())
                    .isZero();
            assertThat(HTTP.get(Services.url(platform, NAMESPACE, "built")).body())
                    .contains("version 1");
        }
    },

    /** A Build is at one of its moments; it ends with the same digest, and what had finished is not run again. */
    BUILD_BEFORE_ITS_POD(BuildStory.Moment.BEFORE_THE_POD),
    BUILD_IN_CREDENTIALS(BuildStory.Moment.CREDENTIALS),
    BUILD_IN_SOURCE(BuildStory.Moment.SOURCE),
    BUILD_IN_FIRST_STEP(BuildStory.Moment.FIRST_STEP),
    BUILD_IN_PUSH(BuildStory.Moment.PUSH),
    BUILD_IN_LAST_STEP(BuildStory.Moment.LAST_STEP),
    BUILD_AFTER_ITS_LAST_STEP(BuildStory.Moment.AFTER_THE_LAST_STEP),

    /** A rollout is half way; it goes on from where it was. */
    ROLLOUT_HALF_WAY {
        @Override
        void run(Platform platform, Victim victim, Random random) throws Exception {
            var one = Services.manifest(NAMESPACE, "moved", Images.echo(platform), Map.of("TARGET", "one"))
                    .replace(
                            "  name: moved\n",
                            "  name: moved\n  annotations:\n    serving.knative.dev/rollout-duration: 12s\n");
            var url = Services.applyReady(platform, NAMESPACE, "moved", one);
            platform.kubectlWith(one.replace("\"one\"", "\"two\""), "apply", "-f", "-")
                    .succeeded();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> HTTP.get(url).body().contains("two"));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(3000)); // somewhere on the way
            victim.die(platform);
            await().atMost(Duration.ofSeconds(90))
                    .ignoreExceptionsInstanceOf(AssertionError.class)
                    .untilAsserted(() -> {
                        for (int i = 0; i < 20; i++) {
                            assertThat(HTTP.get(url).body()).isEqualTo("Hello two!\n");
                        }
                    });
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(Services.jsonpath(
                                    platform,
                                    NAMESPACE,
                                    "ksvc/moved",
                                    "{.status.conditions[?(@.type=='Ready')].status}"))
                            .isEqualTo("True"));
        }
    };

    static final String NAMESPACE = "default";
    private static final Http HTTP = new Http();
    private static final String EXAMPLE =
            Platform.LAUNCHER.resolveSibling("examples").resolve("hello-java").toString();

    private final BuildStory.@Nullable Moment moment;

    FaultStory() {
        this(null);
    }

    FaultStory(BuildStory.@Nullable Moment moment) {
        this.moment = moment;
    }

    void run(Platform platform, Victim victim, Random random) throws Exception {
        BuildStory.run(platform, victim, Objects.requireNonNull(moment), random);
    }

    /** Whether there is something to be killed. */
    boolean has(Victim victim) {
        return switch (victim) {
            case SLUICE, TEMPORAL, API_SERVER, ETCD, CONTROLLER_MANAGER -> true;
            case BUILD_POD -> moment != null && moment != BuildStory.Moment.BEFORE_THE_POD;
            case BUILD_STEP ->
                moment != null
                        && moment != BuildStory.Moment.BEFORE_THE_POD
                        && moment != BuildStory.Moment.AFTER_THE_LAST_STEP;
        };
    }

    /** Whether it leaves a platform on which another one can run: it has a namespace of its own. */
    boolean sharesItsPlatform() {
        return moment != null;
    }

    /** Whether the step has begun; a short one may be over before anybody looks. */
    private static boolean stepSeen(Platform platform, String step) {
        return platform.client().pods().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getStatus() != null && pod.getStatus().getInitContainerStatuses() != null)
                .flatMap(pod -> pod.getStatus().getInitContainerStatuses().stream())
                .filter(container -> container.getName().contains(step) && container.getState() != null)
                .map(ContainerStatus::getState)
                .anyMatch(state -> state.getRunning() != null || state.getTerminated() != null);
    }
}
