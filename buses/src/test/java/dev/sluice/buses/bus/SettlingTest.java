package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SettlingTest {
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore finish = new Semaphore(0);
    private volatile Settling.Round end = Settling.Round.DONE;

    private final Settling settling = new Settling("kafka", () -> {
        begun.release();
        finish.acquireUninterruptibly();
        return end;
    });

    private boolean begins() throws InterruptedException {
        return begun.tryAcquire(30, TimeUnit.SECONDS);
    }

    @Test
    void whatIsAskedForDuringARoundGetsOneMore() throws Exception {
        settling.soon();
        assertThat(begins()).isTrue();
        settling.soon();
        settling.soon();
        finish.release();
        assertThat(begins()).isTrue();
        finish.release();

        settling.soon(); // and after the last one, or during it
        assertThat(begins()).isTrue();
        finish.release();
    }

    @Test
    void goesOnUntilNothingIsLeft() throws Exception {
        end = Settling.Round.AWAY;
        settling.soon();
        assertThat(begins()).isTrue();
        finish.release();
        assertThat(begins()).isTrue();
        end = Settling.Round.DONE;
        finish.release();
    }

    @Test
    void goesOnAfterARoundThatFails() throws Exception {
        var rounds = new AtomicInteger();
        var second = new Semaphore(0);
        new Settling("kafka", () -> {
                    if (rounds.incrementAndGet() == 1) {
                        throw new IllegalStateException("broken");
                    }
                    second.release();
                    return Settling.Round.DONE;
                })
                .soon();

        assertThat(second.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
}
