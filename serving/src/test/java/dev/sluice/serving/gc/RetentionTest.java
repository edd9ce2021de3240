package dev.sluice.serving.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.config.GcConfig;
import dev.sluice.serving.gc.Retention.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RetentionTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** Revisions are {@code hours since creation/hours since they were active}; retained 48 h and 15 h unless said. */
    @ParameterizedTest(name = "{5}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "48h | 15h | 0 | disabled | 50/20 50/14 40/20 | 0 | both periods must be over",
                "48h | 15h | 1 | disabled | 60/30 60/20 60/16 | 0 1 | the oldest go and the minimum stays",
                "48h | 15h | 3 | disabled | 60/30 60/20 60/16 | - | no more than the minimum is left alone",
                "disabled | 15h | 0 | disabled | 1/20 60/1 | 0 | only the time since activity counts",
                "48h | disabled | 0 | disabled | 1/20 60/1 | 1 | only the time since creation counts",
                "disabled | disabled | 0 | disabled | 99/99 98/98 | - | everything disabled keeps all",
                "disabled | disabled | 0 | 1 | 99/99 98/98 97/97 | 0 1 | the maximum holds without any period",
                "48h | 15h | 0 | 1 | 60/20 3/3 2/2 | 0 1 | what is not stale goes above the maximum",
            })
    void followsTheRules(
            String created, String active, String min, String max, String revisions, String expected, String rule) {
        var config = GcConfig.parse(Map.of(
                "retain-since-create-time", created,
                "retain-since-last-active-time", active,
                "min-non-active-revisions", min,
                "max-non-active-revisions", max));

        var verdict = new Retention(config).judge(candidates(revisions), NOON);

        assertThat(verdict.expired())
                .containsExactlyInAnyOrderElementsOf(expected == null ? List.of() : List.of(expected.split(" ")));
    }

    @Test
    void saysWhenToLookAgain() {
        var config = GcConfig.parse(Map.of("min-non-active-revisions", "0"));

        var verdict = new Retention(config).judge(candidates("50/14 40/1"), NOON);

        assertThat(verdict.next()).isEqualTo(Optional.of(NOON.plus(Duration.ofHours(1))));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsLeftIsWithinTheBoundsAndNothingYoungGoesBelowTheMaximum(long seed) {
        var random = new Random(seed);
        int min = random.nextInt(10);
        int max = min + random.nextInt(10);
        var config = GcConfig.parse(Map.of(
                "min-non-active-revisions", Integer.toString(min), "max-non-active-revisions", Integer.toString(max)));
        var candidates = IntStream.range(0, random.nextInt(40))
                .mapToObj(i -> {
                    int age = random.nextInt(100);
                    return candidate(i, age, random.nextInt(age + 1));
                })
                .toList();

        var expired = new Retention(config).judge(candidates, NOON).expired();

        int left = candidates.size() - expired.size();
        assertThat(expired).doesNotHaveDuplicates();
        assertThat(left).isLessThanOrEqualTo(max);
        assertThat(left).isGreaterThanOrEqualTo(Math.min(min, candidates.size()));
        long stale = candidates.stream()
                .filter(c -> Duration.between(c.created(), NOON).toHours() >= 48
                        && Duration.between(c.lastActive(), NOON).toHours() >= 15)
                .count();
        assertThat((long) expired.size()).isLessThanOrEqualTo(Math.max(stale, candidates.size() - max));
    }

    static LongStream seeds() {
        return new Random(42).longs(100);
    }

    private static List<Candidate> candidates(String text) {
        var ages = text.split(" ", -1);
        return IntStream.range(0, ages.length)
                .mapToObj(i -> {
                    var hours = Arrays.stream(ages[i].split("/"))
                            .mapToInt(Integer::parseInt)
                            .toArray();
                    return candidate(i, hours[0], hours[1]);
                })
                .toList();
    }

    private static Candidate candidate(int i, int created, int active) {
        return new Candidate(
                Integer.toString(i), NOON.minus(Duration.ofHours(created)), NOON.minus(Duration.ofHours(active)));
    }
}
