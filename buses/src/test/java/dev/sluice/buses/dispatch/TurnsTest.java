package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Terms;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final DispatchLimits LIMITS = new DispatchLimits(64, 3, 500, 100, 256 << 10, Duration.ofMillis(1));
    private static final Duration NO_TIME = Duration.ofMillis(1);
    private static final Duration ANY_TIME = Duration.ofMinutes(1);

    @Test
    void whatASubscriptionAsksForHoldsForFirstAttemptsAndRetriesTogether() throws Exception {
        var turns = new Turns(Terms.NONE.withLimits(2, 0), LIMITS);
        turns.acquire();
        var retry = turns.retry(false, ANY_TIME).orElseThrow();
        assertThat(turns.retry(false, NO_TIME)).isEmpty();
        turns.release();
        var another = turns.retry(false, ANY_TIME).orElseThrow();
        assertThat(turns.retry(false, NO_TIME)).isEmpty();
        retry.close();
        another.close();
        turns.acquire();
        turns.acquire();
        assertThat(turns.retry(false, NO_TIME)).isEmpty();
    }

    @Test
    void retriesHaveABoundOfTheirOwnWhereNothingIsAskedFor() throws Exception {
        var turns = new Turns(Terms.NONE, LIMITS);
        for (int i = 0; i < LIMITS.inFlight(); i++) {
            turns.acquire();
        }
        for (int i = 0; i < LIMITS.retries(); i++) {
            assertThat(turns.retry(false, ANY_TIME)).isPresent();
        }
        assertThat(turns.retry(false, NO_TIME)).isEmpty();
    }

    @Test
    void aBoundThatChangesHoldsForWhatComesNext() throws Exception {
        var turns = new Turns(Terms.NONE, LIMITS);
        var before = turns.retry(false, ANY_TIME).orElseThrow();
        turns.change(Terms.NONE.withLimits(1, 0));
        assertThat(turns.retry(false, NO_TIME)).isEmpty();
        before.close();
        try (var _ = turns.retry(false, ANY_TIME).orElseThrow()) {
            assertThat(turns.retry(false, NO_TIME)).isEmpty();
        }
        turns.acquire();
    }

    @Test
    void spreadsRetriesAndFirstAttemptsOverTheSecondTogether() throws Exception {
        var turns = new Turns(Terms.NONE.withLimits(0, 50), LIMITS);
        long began = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            turns.awaitPace();
            turns.retry(false, ANY_TIME).orElseThrow().close();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(5 * 20));
    }

    @Test
    void bigEventsWaitForRoomInMemory() throws Exception {
        var turns = new Turns(Terms.NONE, LIMITS.withRetries(64));
        for (int i = 0; i < 4; i++) {
            assertThat(turns.retry(true, ANY_TIME)).isPresent();
        }
        assertThat(turns.retry(true, NO_TIME)).isEmpty();
        assertThat(turns.retry(false, ANY_TIME)).isPresent();
    }
}
