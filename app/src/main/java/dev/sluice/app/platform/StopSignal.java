package dev.sluice.app.platform;

import java.util.concurrent.CountDownLatch;

/**
 * A signal ends the JVM when its hooks return: this one returns when everything is closed, and then the process has done what it
 * was told, so its exit code is 0.
 */
final class StopSignal {
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Runnable atOnce;
    private volatile boolean orderly;

    /** @param atOnce is run when the signal comes */
    StopSignal(Runnable atOnce) {
        this.atOnce = atOnce;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    }

    private void stop() {
        told.countDown();
        atOnce.run();
        try {
            closed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        }
        if (orderly) {
            TrainingRun.ending();
            Runtime.getRuntime().halt(0);
        }
    }

    /** Returns when the process has been told to stop: what is closed from here on is closed in order. */
    void await() throws InterruptedException {
        told.await();
        orderly = true;
    }

    /** Everything is closed. */
    void closed() {
        closed.countDown();
    }
}
