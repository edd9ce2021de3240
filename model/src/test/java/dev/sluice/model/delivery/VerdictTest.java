package dev.sluice.model.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({
        "0, RETRY, false",
        "100, REJECTED, false",
        "200, DELIVERED, true",
        "201, DELIVERED, true",
        "202, DELIVERED, false",
        "204, DELIVERED, true",
        "302, REJECTED, false",
        "400, REJECTED, false",
        "401, REJECTED, false",
        "403, REJECTED, false",
        "404, RETRY, false",
        "408, RETRY, false",
        "409, RETRY, false",
        "410, REJECTED, false",
        "429, RETRY, false",
        "500, RETRY, false",
        "503, RETRY, false",
        "599, RETRY, false",
        "700, RETRY, false",
    })
    void judgesAsTheDataPlaneSpecificationDoes(int status, Verdict verdict, boolean reply) {
        assertThat(Verdict.of(status)).isEqualTo(verdict);
        assertThat(Verdict.mayCarryReply(status)).isEqualTo(reply);
    }
}
