package dev.sluice.buses.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.buses.dispatch.Turns;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AwaitedTurnTest {
    private static final Duration NO_TIME = Duration.ofMillis(1);
    private static final Duration ANY_TIME = Duration.ofMinutes(1);

    private final Turns turns = new Turns(Terms.NONE.withLimits(1, 0), DispatchLimits.DEFAULT);

    @Test
    void whatWasGivenOutIsTheCallers() throws Exception {
        var awaited = new AwaitedTurn(turns, false, ANY_TIME);
        var turn = awaited.within(ANY_TIME).orElseThrow();
        awaited.close();
        assertThat(turns.retry(false, NO_TIME)).isEmpty();
        turn.close();
        assertThat(turns.retry(false, ANY_TIME)).isPresent();
    }

    @Test
    void leavesTheQueueWhenItIsGivenUp() throws Exception {
        var first = turns.retry(false, ANY_TIME).orElseThrow();
        try (var awaited = new AwaitedTurn(turns, false, ANY_TIME)) {
            assertThat(awaited.within(NO_TIME)).isEmpty();
        }
        first.close();
        assertThat(turns.retry(false, ANY_TIME)).isPresent();
    }

    /** Whether it has come by then nobody knows. */
    @Test
    void givesBackWhatNobodyAskedForAnyMore() throws Exception {
        for (int i = 0; i < 100; i++) {
            new AwaitedTurn(turns, false, ANY_TIME).close();
            turns.retry(false, ANY_TIME).orElseThrow().close();
        }
    }
}
