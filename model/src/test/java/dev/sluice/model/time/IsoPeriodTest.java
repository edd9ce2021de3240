package dev.sluice.model.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoPeriodTest {
    @ParameterizedTest
    @CsvSource({
        "PT0.2S, 200",
        "PT1S, 1000",
        "PT0S, 0",
        "PT1M30S, 90000",
        "PT2H, 7200000",
        "P1D, 86400000",
        "P1DT1H, 90000000",
        "P2W, 1209600000",
        "-PT1S, -1000",
        "'PT0,5S', 500",
        "P1Y, 31556952000"
    })
    void reads(String text, long millis) {
        assertThat(IsoPeriod.parse(text).orElseThrow().toMillis()).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "PT", "1s", "PT1", "P1S", "PT1X", "five minutes", "P1H", "P99999999999Y", "PT-1S"})
    void refuses(String text) {
        assertThat(IsoPeriod.parse(text)).isEmpty();
    }
}
