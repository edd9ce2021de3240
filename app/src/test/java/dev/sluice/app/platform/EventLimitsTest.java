package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EventLimitsTest {
    @Test
    void areTheseUnlessSaid() {
        var limits = EventLimits.of(_ -> null);
        assertThat(limits.maxBytes()).isEqualTo(8 << 20);
        assertThat(limits.claims().inline()).isEqualTo(256 << 10);
        assertThat(limits.claims().bytes()).isEqualTo(2L << 30);
        assertThat(limits.retries()).isEqualTo(64);
        assertThat(limits.recent()).isEqualTo(20_000);
    }

    @Test
    void areReadFromTheEnvironment() {
        var limits = EventLimits.of(Map.of(
                "SLUICE_EVENT_MAX_BYTES", "67108864",
                "SLUICE_EVENT_INLINE_BYTES", "1024",
                "SLUICE_EVENT_STORE_BYTES", "10000000000",
                "SLUICE_EVENT_RETRIES", "2",
                "SLUICE_EVENT_RECENT", "0")::get);
        assertThat(limits.maxBytes()).isEqualTo(64 << 20);
        assertThat(limits.claims().inline()).isEqualTo(1024);
        assertThat(limits.claims().bytes()).isEqualTo(10_000_000_000L);
        assertThat(limits.retries()).isEqualTo(2);
        assertThat(limits.recent()).isZero();
    }

    @Test
    void tellAllProblemsTogether() {
        assertThatThrownBy(() -> EventLimits.of(Map.of(
                        "SLUICE_EVENT_MAX_BYTES", "8Mi",
                        "SLUICE_EVENT_INLINE_BYTES", "1048576",
                        "SLUICE_EVENT_STORE_BYTES", "2000")::get))
                .isInstanceOf(PlatformException.class)
                .hasMessage(
                        "SLUICE_EVENT_MAX_BYTES must be a number from 1024 to 67108864, not \"8Mi\";"
                                + " SLUICE_EVENT_INLINE_BYTES must be a number from 1024 to 786432, not \"1048576\";"
                                + " SLUICE_EVENT_STORE_BYTES (2000) must hold one event of SLUICE_EVENT_MAX_BYTES (8388608) at least");
    }
}
