package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildLimitsTest {
    @Test
    void areTheseUnlessSaid() {
        assertThat(BuildLimits.of(_ -> null)).isEqualTo(new BuildLimits(0, 4 * 1024 * 1024, 500));
        assertThat(BuildLimits.of(_ -> "")).isEqualTo(BuildLimits.of(_ -> null));
    }

    @Test
    void areReadFromTheEnvironment() {
        var environment =
                Map.of("SLUICE_BUILDS_PER_NAMESPACE", "3", "SLUICE_BUILD_LOG_BYTES", "1024", "SLUICE_BUILD_LOGS", "1");

        assertThat(BuildLimits.of(environment::get)).isEqualTo(new BuildLimits(3, 1024, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "SLUICE_BUILDS_PER_NAMESPACE, -1, 0",
        "SLUICE_BUILDS_PER_NAMESPACE, many, 0",
        "SLUICE_BUILD_LOG_BYTES, 1023, 1024",
        "SLUICE_BUILD_LOG_BYTES, 4Mi, 1024",
        "SLUICE_BUILD_LOG_BYTES, 1073741825, 1024",
        "SLUICE_BUILD_LOGS, 0, 1",
        "SLUICE_BUILD_LOGS, 99999999999, 1"
    })
    void sayWhichNumbersTheyTake(String name, String value, int least) {
        assertThatThrownBy(() -> BuildLimits.of(Map.of(name, value)::get))
                .isInstanceOf(PlatformException.class)
                .hasMessage(name + " must be a number from " + least + " to 1073741824, not \"" + value + "\"");
    }

    @Test
    void tellAllProblemsTogether() {
        assertThatThrownBy(() -> BuildLimits.of(_ -> "x"))
                .hasMessage("SLUICE_BUILDS_PER_NAMESPACE must be a number from 0 to 1073741824, not \"x\";"
                        + " SLUICE_BUILD_LOG_BYTES must be a number from 1024 to 1073741824, not \"x\";"
                        + " SLUICE_BUILD_LOGS must be a number from 1 to 1073741824, not \"x\"");
    }
}
