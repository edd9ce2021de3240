package dev.sluice.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ./sluice test --faults}: every story with every victim, or those that {@code -Dfaults.only=STORY/VICTIM} finds. */
class EveryFaults {
    private static @Nullable Platform shared;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path homes = Path.of("");

    @ParameterizedTest(name = "{0}, killing {1}, seed {2}")
    @MethodSource("all")
    void endsAsIfNothingHadHappened(FaultStory story, Victim victim, long seed) throws Exception {
        if (story.sharesItsPlatform()) {
            runOnShared(story, victim, seed);
            return;
        }
        try (var platform = new Platform(Files.createTempDirectory(homes, "own"))) {
            story.run(platform.up(), victim, new Random(seed));
        }
    }

    /** What a story leaves is part of the test of the next; one that failed leaves nothing to it. */
    private static void runOnShared(FaultStory story, Victim victim, long seed) throws Exception {
        var platform = shared == null ? new Platform(Files.createTempDirectory(homes, "shared")) : shared;
        shared = null;
        try {
            if (!platform.isOurs()) {
                platform.up();
            }
            story.run(platform, victim, new Random(seed));
            shared = platform;
        } finally {
            if (shared == null) {
                platform.close();
            }
        }
    }

    @AfterAll
    static void end() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    static Stream<Arguments> all() {
        var only = Pattern.compile(System.getProperty("faults.only", ""));
        return all(new Random(SampledFaultsE2E.seed()))
                .filter(run -> only.matcher(run.get()[0] + "/" + run.get()[1]).find());
    }

    static Stream<Arguments> all(Random random) {
        return Arrays.stream(FaultStory.values())
                .flatMap(story -> Arrays.stream(Victim.values())
                        .filter(story::has)
                        .map(victim -> Arguments.of(story, victim, random.nextLong())));
    }
}
