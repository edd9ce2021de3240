package dev.sluice.gateway;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Pods that hold every request until a test lets it go, and count how many they hold at once. */
final class SlowPods implements RawUpstream.Script {
    final Semaphore goes = new Semaphore(0);
    final AtomicInteger now = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();

    @Override
    public boolean answer(String head, java.io.InputStream in, java.io.OutputStream out)
            throws java.io.IOException, InterruptedException {
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        try {
            goes.acquire();
        } finally {
            now.decrementAndGet();
        }
        RawUpstream.write(out, RawUpstream.ok("done"));
        return true;
    }
}
