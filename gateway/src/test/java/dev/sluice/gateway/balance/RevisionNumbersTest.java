package dev.sluice.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionNumbersTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 4, 5, 7, 8, 9, 100, 1023, 1024, 999_999, 60_000_000, 299_000_000})
    void aStepHoldsItsValueWithinAQuarter(long micros) {
        double upper = RevisionNumbers.upper(RevisionNumbers.step(micros));
        assertThat(upper).isGreaterThan((double) micros).isLessThanOrEqualTo(micros * 1.25 + 1);
    }
}
