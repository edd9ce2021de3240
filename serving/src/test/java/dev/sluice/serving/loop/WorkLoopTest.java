package dev.sluice.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkLoopTest {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofHours(1);

    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);

    private Outcome once(String key) throws InterruptedException {
        begun.release();
        mayEnd.acquire();
        return Outcome.done();
    }

    @Test
    void whatIsEnqueuedForLaterIsLookedAtOnce() throws InterruptedException {
        mayEnd.release(1000);
        try (var loop = new WorkLoop<String>("test", this::once)) {
            loop.start();
            for (int i = 0; i < 100; i++) {
                loop.enqueueWithin(SOON, "a");
            }
            begun.acquire();
            loop.enqueue("b"); // comes after anything else that were due for a
            begun.acquire();
            assertThat(begun.tryAcquire(2 * SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isFalse();
        }
    }

    @Test
    void whatIsUrgentDoesNotWait() throws InterruptedException {
        mayEnd.release(1000);
        try (var loop = new WorkLoop<String>("test", this::once)) {
            loop.start();
            loop.enqueueWithin(NEVER, "a");
            loop.enqueue("a");
            begun.acquire();
        }
    }

    @Test
    void theShorterWaitWins() throws InterruptedException {
        mayEnd.release(1000);
        try (var loop = new WorkLoop<String>("test", this::once)) {
            loop.start();
            loop.enqueueWithin(NEVER, "a");
            loop.enqueueWithin(SOON, "a");
            begun.acquire();
        }
    }

    @Test
    void whatIsEnqueuedForLaterWhileARunGoesOnIsNotForgotten() throws InterruptedException {
        try (var loop = new WorkLoop<String>("test", this::once)) {
            loop.start();
            loop.enqueue("a");
            begun.acquire();
            loop.enqueueWithin(SOON, "a");
            mayEnd.release(2);
            begun.acquire();
        }
    }

    @Test
    void nothingRunsBeforeTheStart() throws InterruptedException {
        mayEnd.release(1000);
        try (var loop = new WorkLoop<String>("test", this::once)) {
            loop.enqueueWithin(Duration.ZERO, "a");
            assertThat(begun.tryAcquire(SOON.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
            loop.start();
            begun.acquire();
        }
    }
}
