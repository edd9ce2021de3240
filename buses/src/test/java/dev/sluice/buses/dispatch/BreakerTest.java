package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.dispatch.Breaker.Admission;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final AtomicLong now = new AtomicLong();
    private final Breaker breaker = new Breaker(now::get);

    private void open() {
        for (int i = 0; i < Breaker.FAILURES_TO_OPEN; i++) {
            breaker.failed();
        }
    }

    @Test
    void staysClosedWhileFailuresAreNotInARow() {
        for (int i = 0; i < 100; i++) {
            breaker.failed();
            breaker.succeeded();
        }
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void letsOneProbeThroughAtATime() {
        open();
        assertThat(breaker.admit()).isEqualTo(Admission.WITHHOLD);
        now.addAndGet(Breaker.FIRST_PROBE.toNanos());
        assertThat(breaker.admit()).isEqualTo(Admission.TRY);
        assertThat(breaker.admit()).isEqualTo(Admission.WITHHOLD);
    }

    @Test
    void probesAtGrowingDistancesUpToALimit() {
        open();
        long distance = Breaker.FIRST_PROBE.toNanos();
        for (int i = 0; i < 20; i++) {
            now.addAndGet(distance - 1);
            assertThat(breaker.admit()).isEqualTo(Admission.WITHHOLD);
            now.incrementAndGet();
            assertThat(breaker.admit()).isEqualTo(Admission.TRY);
            breaker.failed();
            distance = Math.min(2 * distance, Breaker.SLOWEST_PROBE.toNanos());
        }
    }

    @Test
    void closesAtTheFirstSuccessAndSaysSoOnce() {
        open();
        assertThat(breaker.succeeded()).isTrue();
        assertThat(breaker.succeeded()).isFalse();
        assertThat(breaker.admit()).isEqualTo(Admission.TRY);
    }
}
