package dev.sluice.model.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.autoscale.ScalingSpec.Aggregation;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final Samples samples = new Samples(WINDOW);

    private double average(int second) {
        return samples.average(NOON.plusSeconds(second), WINDOW, Aggregation.LINEAR);
    }

    @Test
    void historyThatIsToldAfterwardsCounts() {
        samples.begin(NOON.plusSeconds(20));
        IntStream.range(14, 20).forEach(second -> samples.add(NOON.plusSeconds(second), 70));
        assertThat(average(20)).isEqualTo(70);
    }

    @Test
    void whatFellOutOfTheWindowDoesNotCount() {
        samples.begin(NOON.plusSeconds(60));
        samples.add(NOON, 1000);
        assertThat(average(61)).isZero();
    }

    @Test
    void severalGatewaysAddUp() {
        samples.add(NOON, 30);
        samples.add(NOON, 40);
        assertThat(average(1)).isEqualTo(70);
    }

    @Test
    void aSteadyLoadHasASteadyAverageHoweverLateItsReportsCome() {
        IntStream.range(0, 30).forEach(second -> samples.add(NOON.plusSeconds(second), 50));
        assertThat(average(30)).isEqualTo(50);
        assertThat(average(31)).isEqualTo(50); // second 30 may still be told of
        assertThat(average(32)).isEqualTo(50);
        assertThat(average(33)).isLessThan(50); // nobody will: it was idle
    }

    @Test
    void idleSecondsDiluteTheAverageAtOnceWhenALaterOneWasBusy() {
        samples.add(NOON, 100);
        samples.add(NOON.plusSeconds(4), 100);
        assertThat(average(5)).isEqualTo(40);
    }

    @Test
    void anotherWindowKeepsTheHistory() {
        IntStream.range(0, 10).forEach(second -> samples.add(NOON.plusSeconds(second), second < 5 ? 0 : 60));
        var shorter = samples.over(Duration.ofSeconds(5));
        assertThat(shorter.average(NOON.plusSeconds(10), Duration.ofSeconds(5), Aggregation.LINEAR))
                .isEqualTo(60);
        var longer = samples.over(Duration.ofSeconds(60));
        assertThat(longer.average(NOON.plusSeconds(10), Duration.ofSeconds(60), Aggregation.LINEAR))
                .isEqualTo(30);
    }

    @Test
    void theNewestSecondWeighsMostWhenWeightsAreExponential() {
        IntStream.range(0, 10).forEach(second -> samples.add(NOON.plusSeconds(second), second == 9 ? 100 : 0));
        // 1 - (1-0.9999)^(1/10) = 0.6019 of the weight, which is 0.9999 altogether
        assertThat(samples.average(NOON.plusSeconds(10), WINDOW, Aggregation.WEIGHTED_EXPONENTIAL))
                .isBetween(60.0, 60.3);
    }
}
