package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Constant traffic in the background, one request after the other per worker; every answer counts. */
final class Prober implements AutoCloseable {
    private final World world;
    private final Supplier<String> url;
    private final List<Thread> workers = new ArrayList<>();
    private final List<String> failures = new ArrayList<>(); // guarded by itself
    private int answered; // guarded by failures
    private final CountDownLatch stop = new CountDownLatch(1);

    private Prober(World world, Supplier<String> url) {
        this.world = world;
        this.url = url;
    }

    static Prober on(World world, String url) {
        return on(world, 2, () -> url);
    }

    /** {@code url} is asked before each request, and may say something else each time. */
    static Prober on(World world, int workers, Supplier<String> url) {
        var prober = new Prober(world, url);
        for (int i = 0; i < workers; i++) {
            prober.workers.add(Thread.ofVirtual().name("prober-" + i).start(prober::run));
        }
        return prober;
    }

    private void run() {
        do {
            var wanted = url.get();
            String problem;
            try {
                var answer = world.http().tryGet(wanted, Duration.ofSeconds(60));
                problem = answer.status() == 200 ? "" : answer.toString();
            } catch (IOException e) {
                problem = wanted + ": " + e;
            }
            synchronized (failures) {
                answered++;
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
                failures.notifyAll();
            }
        } while (!stopped());
    }

    /** Takes a short breath, as two cores are shared with what is tested. */
    private boolean stopped() {
        try {
            return stop.await(10, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits for some more answers, stops, and fails when one of all was no 200. */
    int allAnswered() {
        int all = after(20);
        close();
        synchronized (failures) {
            assertThat(failures).as("failed of %d requests", all).isEmpty();
        }
        return all;
    }

    /** Returns when that many more requests have been answered. */
    int after(int more) {
        try {
            synchronized (failures) {
                int goal = answered + more;
                while (answered < goal) {
                    failures.wait();
                }
                return answered;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop.countDown();
        for (var worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
