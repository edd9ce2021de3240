package dev.sluice.model.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Backoff EXPONENTIAL =
            new Backoff(Backoff.Shape.EXPONENTIAL, Duration.ofMillis(200), Duration.ofSeconds(30));

    @Test
    void doublesFromTheDelayOn() {
        assertThat(EXPONENTIAL.before(0)).isEqualTo(Duration.ofMillis(200));
        assertThat(EXPONENTIAL.before(1)).isEqualTo(Duration.ofMillis(400));
        assertThat(EXPONENTIAL.before(5)).isEqualTo(Duration.ofMillis(6_400));
        assertThat(EXPONENTIAL.before(8)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void waitsTheSameWhenLinear() {
        var linear = new Backoff(Backoff.Shape.LINEAR, Duration.ofSeconds(2), Duration.ofSeconds(30));
        assertThat(linear.before(0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(linear.before(9)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void neverShrinksAndNeverPassesTheCeiling() {
        var random = new Random(7);
        for (int i = 0; i < 500; i++) {
            var backoff = new Backoff(
                    Backoff.Shape.EXPONENTIAL,
                    Duration.ofMillis(random.nextInt(100_000)),
                    Duration.ofDays(random.nextInt(400)));
            for (int retry = 0; retry < 70; retry++) {
                assertThat(backoff.before(retry)).isLessThanOrEqualTo(backoff.max());
                assertThat(backoff.before(retry + 1)).isGreaterThanOrEqualTo(backoff.before(retry));
            }
        }
    }
}
