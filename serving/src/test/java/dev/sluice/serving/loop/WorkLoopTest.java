package dev.sluice.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    void saysWhatFailedButNotThatSomebodyWasFaster() throws InterruptedException {
        var told = new LinkedBlockingQueue<String>();
        var runs = new AtomicInteger();
        WorkLoop.Work<String> work = _ -> switch (runs.getAndIncrement()) {
            case 0 -> throw new KubernetesClientException("conflict", 409, null);
            case 1 -> throw new IllegalStateException("no room");
            default -> Outcome.done();
        };
        try (var loop = new WorkLoop<>("test", work, (key, failure) -> told.add(key + ": " + failure.getMessage()))) {
            loop.start();
            loop.enqueue("a");
            assertThat(told.take()).isEqualTo("a: no room");
        }
        assertThat(told).isEmpty();
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
