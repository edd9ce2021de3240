package dev.sluice.e2e;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ./sluice test --faults}: every story with every victim, or those that {@code -Dfaults.only=STORY/VICTIM} finds. */
class EveryFaults {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path home = Path.of("");

    @ParameterizedTest(name = "{0}, killing {1}, seed {2}")
    @MethodSource("all")
    void endsAsIfNothingHadHappened(FaultStory story, Victim victim, long seed) throws Exception {
        try (var platform = new Platform(home)) {
            story.run(platform.up(), victim, new Random(seed));
        }
    }

    static Stream<Arguments> all() {
        var only = Pattern.compile(System.getProperty("faults.only", ""));
        return all(new Random(SampledFaultsE2E.seed()))
                .filter(run -> only.matcher(run.get()[0] + "/" + run.get()[1]).find());
    }

    static Stream<Arguments> all(Random random) {
        return Arrays.stream(FaultStory.values())
                .flatMap(story ->
                        Arrays.stream(Victim.values()).map(victim -> Arguments.of(story, victim, random.nextLong())));
    }
}
