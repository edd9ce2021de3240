package dev.sluice.gateway;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A pod that takes some milliseconds for every request and knows how many it had at once at most. */
final class CountingPod implements AutoCloseable {
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger now = new AtomicInteger();
    private final Semaphore never = new Semaphore(0);
    final RawUpstream upstream = new RawUpstream((head, in, out) -> {
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        try {
            work();
        } finally {
            now.decrementAndGet();
        }
        RawUpstream.write(out, RawUpstream.ok("done"));
        return true;
    });

    private void work() throws IOException {
        try {
            if (never.tryAcquire(4, TimeUnit.MILLISECONDS)) {
                throw new IOException("nobody gives a permit");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        upstream.close();
    }
}
