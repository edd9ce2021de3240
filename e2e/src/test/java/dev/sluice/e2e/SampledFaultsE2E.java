package dev.sluice.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two of the fault runs, one of them of a build, chosen by a seed that is printed; {@code SLUICE_FAULTS_SEED=N ./sluice test} runs the same
 * two again.
 */
@OnPlatformOfItsOwn
@DisabledIfSystemProperty(
        named = "sluice.e2e.cluster",
        matches = "true",
        disabledReason = "the processes of a full cluster are not Sluice's to kill")
class SampledFaultsE2E {
    /** Of the moments of a build those that a run has seen so far; of a build at work all. */
    private static final Pattern BUILDS = Pattern.compile(
            "BUILD_(BEFORE_ITS_POD|IN_(CREDENTIALS|SOURCE|FIRST_STEP|PUSH))/(SLUICE|TEMPORAL|BUILD_\\w+)"
                    + "|BUILD_IN_LAST_STEP/(SLUICE|TEMPORAL)|BUILD_AT_WORK/\\w+");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path home = Path.of("");

    @ParameterizedTest(name = "{0}, killing {1}, seed {2}")
    @MethodSource("sampled")
    void endsAsIfNothingHadHappened(FaultStory story, Victim victim, long seed) throws Exception {
        try (var platform = new Platform(home)) {
            story.run(platform.up(), victim, new Random(seed));
        }
    }

    static Stream<Arguments> sampled() {
        var every = EveryFaults.all(new Random(seed())).collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(every, new Random(seed()));
        return Stream.of(true, false)
                .map(ofBuilds -> every.stream()
                        .filter(run -> ofBuilds
                                ? ofBuilds(run)
                                : !String.valueOf(run.get()[0]).startsWith("BUILD_"))
                        .findFirst()
                        .orElseThrow());
    }

    private static boolean ofBuilds(Arguments run) {
        return BUILDS.matcher(run.get()[0] + "/" + run.get()[1]).matches();
    }

    private static final long SEED = givenOrNew();

    static long seed() {
        return SEED;
    }

    private static long givenOrNew() {
        var given = System.getProperty("faults.seed", "");
        long seed = given.isEmpty() ? System.nanoTime() % 1_000_000 : Long.parseLong(given);
        System.err.println("faults.seed=" + seed);
        return seed;
    }
}
