package dev.sluice.app.demo;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A steady caller, one request after the other, that counts which version answered and what failed. */
final class Traffic implements AutoCloseable {
    private static final long PAUSE_MILLIS = 10;

    private final String url;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Integer> counts = new TreeMap<>(); // guarded by this
    private int failed; // guarded by this
    private String lastFailure = ""; // guarded by this
    private final Thread thread;

    Traffic(String url) {
        this.url = url;
        thread = Thread.ofPlatform().name("demo-traffic").daemon().start(this::run);
    }

    private void run() {
        while (!stopped.get()) {
            try (var caller = new Caller(url)) {
                while (!stopped.get()) {
                    count(caller.get());
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            } catch (IOException e) {
                fail(e.toString());
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private synchronized void count(Caller.Answer answer) {
        if (answer.status() == 200) {
            var body = answer.body();
            counts.merge(body.contains("version 2") ? "version 2" : "version 1", 1, Integer::sum);
        } else {
            fail("HTTP " + answer.status() + " " + answer.body().strip());
        }
    }

    private synchronized void fail(String why) {
        failed++;
        lastFailure = why;
    }

    /** Answers by version since the last call. */
    synchronized Map<String, Integer> take() {
        var taken = new TreeMap<>(counts);
        counts.clear();
        return taken;
    }

    synchronized int failed() {
        return failed;
    }

    synchronized String lastFailure() {
        return lastFailure;
    }

    @Override
    public void close() {
        stopped.set(true);
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
