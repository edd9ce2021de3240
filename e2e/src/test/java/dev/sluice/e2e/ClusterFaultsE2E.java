package dev.sluice.e2e;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** On a full cluster, of which only Sluice and its Temporal server are ours to kill: one of those fault runs, by the seed. */
@EnabledIfSystemProperty(named = "sluice.e2e.cluster", matches = "true")
@OnSharedPlatform
class ClusterFaultsE2E {
    private static final List<FaultStory> STORIES = List.of(
            FaultStory.DELIVERY_BETWEEN_ATTEMPTS, FaultStory.PRODUCER_IN_MID_STREAM, FaultStory.ROLLOUT_HALF_WAY);

    /** That platform outlives its deaths; tests that follow use it too. */
    @ParameterizedTest(name = "{0}, killing {1}, seed {2}")
    @MethodSource("sampled")
    void endsAsIfNothingHadHappened(FaultStory story, Victim victim, long seed, Platform platform) throws Exception {
        try {
            story.run(platform, victim, new Random(seed));
        } finally {
            // what the stories leave, which elsewhere ends with its platform
            platform.kubectl(
                            "-n",
                            FaultStory.NAMESPACE,
                            "delete",
                            "--ignore-not-found",
                            "services.serving.knative.dev/moved",
                            "subscriptions.channels.knative.dev/waiting",
                            "subscriptions.channels.knative.dev/stream",
                            "channels.channels.knative.dev/waiting",
                            "channels.channels.knative.dev/stream")
                    .succeeded();
        }
    }

    static Stream<Arguments> sampled() {
        var random = new Random(SampledFaultsE2E.seed());
        var every = new ArrayList<Arguments>();
        for (var story : STORIES) {
            for (var victim : List.of(Victim.SLUICE, Victim.TEMPORAL)) {
                every.add(Arguments.of(story, victim, random.nextLong()));
            }
        }
        Collections.shuffle(every, random);
        return every.stream().limit(1);
    }
}
