package dev.sluice.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProberTest {
    @ParameterizedTest(name = "after {0} ms every {1} ms")
    @CsvSource({"0, 2", "100, 2", "640, 10", "3200, 50", "60000, 100"})
    void asksOftenAtFirstAndRarelyLater(long elapsedMillis, long pauseMillis) {
        assertThat(Prober.pause(elapsedMillis * 1_000_000)).isEqualTo(pauseMillis * 1_000_000);
    }
}
