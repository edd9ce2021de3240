package dev.sluice.serving.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.autoscale.ScalingDefaults;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScalingMemoryTest {
    private static final RevisionId ID = new RevisionId("ns", "rev-00001");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration LIMIT = Duration.ofMinutes(11);
    private static final Duration AWAY = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static ScalingSpec spec(Map<String, String> annotations) {
        return ScalingSpec.of(annotations, 0, true, ScalingDefaults.knative().withGrace(Duration.ZERO));
    }

    private static ScaledRevision revision(ScalingSpec spec, int pods, int ready, Instant now) {
        return new ScaledRevision(ID, spec, LIMIT, pods, ready, true, now);
    }

    private static RevisionStat load(double concurrency) {
        return new RevisionStat(ID, concurrency, concurrency, 0, 0, 1);
    }

    /** The file of an instance that has just been killed. */
    private ScalingMemory written(ScaledRevision revision, Instant now) {
        var file = folder.resolve("scaling.json");
        ScalingMemory.in(file).save(revision.memory().stream().toList(), now);
        return ScalingMemory.in(file);
    }

    private static ScaledRevision resumed(ScalingMemory memory, ScalingSpec spec, int pods, int ready, Instant now) {
        var revision = revision(spec, pods, ready, now);
        memory.take(ID, now).ifPresent(it -> revision.resume(it.before(), it.gap(), now));
        return revision;
    }

    @Test
    void aLoadedRevisionKeepsItsPodsAfterARestart() {
        var before = revision(spec(Map.of()), 6, 6, NOON);
        for (int second = 0; second < 60; second++) {
            before.saw(NOON.plusSeconds(second), load(400), NOON.plusSeconds(second + 1)); // 400 / 70 = 6 pods
        }
        var back = NOON.plusSeconds(60).plus(AWAY);
        var after = resumed(written(before, NOON.plusSeconds(60)), spec(Map.of()), 6, 0, back);
        for (int second = 1; second <= 10; second += 2) { // its pods start again, and nobody was served meanwhile
            assertThat(after.decide(back.plusSeconds(second)))
                    .as("second %d", second)
                    .isEmpty();
        }
        after.pods(6, back.plusSeconds(10));
        assertThat(after.decide(back.plusSeconds(11))).isEmpty();
        assertThat(after.view().state()).isEqualTo(ScaleView.State.ACTIVE);
    }

    @Test
    void anIdleRevisionIsNotKeptForAnotherWindow() {
        var before = revision(spec(Map.of()), 1, 1, NOON);
        before.pods(1, NOON);
        before.saw(NOON, load(1), NOON.plusSeconds(1));
        var back = NOON.plusSeconds(50).plus(AWAY);
        var after = resumed(written(before, NOON.plusSeconds(50)), spec(Map.of()), 1, 0, back);
        after.pods(1, back.plusSeconds(3));
        assertThat(after.decide(back.plusSeconds(4))).isEmpty();
        assertThat(after.decide(back.plusSeconds(12))).contains(new ScaledRevision.Step.Shrink(0));
    }

    @Test
    void whatIsOldOrOfAnotherMetricOrBrokenIsAsGoodAsNothing() throws IOException {
        var before = revision(spec(Map.of()), 1, 1, NOON);
        before.pods(1, NOON);
        var memory = written(before, NOON);
        assertThat(memory.take(ID, NOON.plus(Duration.ofHours(1)))).isEmpty();

        var rps = spec(Map.of("autoscaling.knative.dev/metric", "rps"));
        var after = resumed(written(before, NOON), rps, 1, 1, NOON.plus(AWAY));
        assertThat(after.memory().orElseThrow().samples()).isNull();

        Files.writeString(folder.resolve("scaling.json"), "{\"written\": 1, \"revisions\": [{}]");
        assertThat(ScalingMemory.in(folder.resolve("scaling.json")).take(ID, NOON))
                .isEmpty();
    }

    @Test
    void sleepingRevisionsCostNoWriting() throws IOException {
        var memory = ScalingMemory.in(folder.resolve("scaling.json"));
        memory.save(revision(spec(Map.of()), 0, 0, NOON).memory().stream().toList(), NOON);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void anEndThatComesBeforeAllHaveGoneOnLosesNothing() {
        var before = revision(spec(Map.of()), 1, 1, NOON);
        before.pods(1, NOON);
        written(before, NOON).save(List.of(), NOON.plusSeconds(5));
        assertThat(ScalingMemory.in(folder.resolve("scaling.json")).take(ID, NOON.plus(AWAY)))
                .isPresent();
    }

    static LongStream seeds() {
        return new Random(7).longs(100);
    }

    /** Beside a twin that was never restarted: the same decisions, later by as long as it was away. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRestartChangesNoDecision(long seed) {
        var random = new Random(seed);
        var spec = spec(Map.of(
                "autoscaling.knative.dev/window",
                6 + random.nextInt(60) + "s",
                "autoscaling.knative.dev/scale-down-delay",
                random.nextInt(20) + "s",
                "autoscaling.knative.dev/target",
                String.valueOf(1 + random.nextInt(100)),
                "autoscaling.knative.dev/metric-aggregation-algorithm",
                random.nextBoolean() ? "linear" : "weighted-exponential"));
        int pods = 1 + random.nextInt(20);
        int restart = 1 + random.nextInt(200);
        var twin = revision(spec, pods, pods, NOON);
        var restarted = revision(spec, pods, pods, NOON);
        twin.pods(pods, NOON);
        restarted.pods(pods, NOON);
        var away = Duration.ZERO;
        double load = 0;
        for (int second = 1; second < 300; second++) {
            var now = NOON.plusSeconds(second);
            if (second == restart) {
                away = Duration.ofSeconds(random.nextInt(60));
                restarted = resumed(
                        written(restarted, now),
                        spec,
                        restarted.replicas(),
                        restarted.view().ready(),
                        now.plus(away));
            }
            if (random.nextInt(40) == 0) {
                load = random.nextBoolean() ? 0 : random.nextDouble() * 500;
            }
            if (load > 0) {
                twin.saw(now.minusSeconds(1), load(load), now);
                restarted.saw(now.plus(away).minusSeconds(1), load(load), now.plus(away));
            }
            if (second % 2 == 0) {
                var wanted = twin.decide(now);
                assertThat(restarted.decide(now.plus(away)))
                        .as("second %d, restarted at %d", second, restart)
                        .isEqualTo(wanted);
            }
            assertThat(restarted.view()).isEqualTo(twin.view());
            if (twin.shrinking() != null) {
                return; // carried out by others from here
            }
            twin.pods(twin.replicas(), now);
            restarted.pods(restarted.replicas(), now.plus(away));
        }
    }
}
