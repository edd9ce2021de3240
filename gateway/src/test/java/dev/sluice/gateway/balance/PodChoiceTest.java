package dev.sluice.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.dataplane.PodEndpoint;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PodChoiceTest {
    static LongStream seeds() {
        return new Random(7).longs(100);
    }

    private static Pod[] pods(int... inFlight) {
        return IntStream.range(0, inFlight.length)
                .mapToObj(i -> {
                    var pod = new Pod(
                            new PodEndpoint(Integer.toString(i), "p" + i, "127.0.0.1", 1, PodEndpoint.State.READY, 0));
                    pod.inFlight = inFlight[i];
                    return pod;
                })
                .toArray(Pod[]::new);
    }

    private static @Nullable String choose(int limit, long seed, int... inFlight) {
        var pod = PodChoice.choose(pods(inFlight), limit, new Random(seed));
        return pod == null ? null : pod.uid();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "10"})
    void findsNoneWhenAllAreAtTheirLimit(int limit) {
        assertThat(choose(limit, 1, limit, limit, limit)).isNull();
        assertThat(choose(limit, 1)).isNull();
    }

    @Test
    void takesTheFirstFreeOneOfFew() {
        assertThat(choose(1, 1, 1, 0, 0)).isEqualTo("1");
        assertThat(choose(3, 1, 2, 0, 0)).isEqualTo("0");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void takesTheLeastLoadedOneOfMany(long seed) {
        assertThat(choose(10, seed, 4, 2, 9, 3)).isEqualTo("1");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverTakesTheMostLoadedOneWithoutALimit(long seed) {
        assertThat(choose(0, seed, 5, 6, 7)).isNotEqualTo("2");
    }

    @Test
    void reachesEveryPodWithoutALimit() {
        var pods = pods(0, 0, 0, 0);
        var random = new Random(3);
        for (int i = 0; i < 400; i++) {
            var pod = PodChoice.choose(pods, 0, random);
            assertThat(pod).isNotNull();
            pod.inFlight++;
        }
        assertThat(Arrays.stream(pods).mapToInt(pod -> pod.inFlight)).allMatch(count -> count > 90 && count < 110);
    }
}
