package dev.sluice.model.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "10m, PT10M, 10m0s",
        "1h30m, PT1H30M, 1h30m0s",
        "1.5s, PT1.5S, 1.5s",
        "300ms, PT0.3S, 300ms",
        "5s, PT5S, 5s",
        "48h, PT48H, 48h0m0s",
        "0, PT0S, 0s",
        "-5s, PT-5S, -5s",
        "100h0m0s, PT100H, 100h0m0s",
        "10us, PT0.00001S, 10µs",
        ".5h, PT30M, 30m0s"
    })
    void readsAndWritesWhatGoDoes(String text, Duration duration, String written) {
        assertThat(GoDuration.parse(text)).contains(duration);
        assertThat(GoDuration.format(duration)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "10 m", "1m 2s", "-", "1d", "9999999h99999999999h"})
    void refusesWhatGoRefuses(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }

    @Test
    void readsBackWhateverItWrites() {
        new Random(42).longs(500, 0, Long.MAX_VALUE / 2).forEach(nanos -> {
            var duration = Duration.ofNanos(nanos >> (nanos % 40));
            assertThat(GoDuration.parse(GoDuration.format(duration))).contains(duration);
        });
    }
}
