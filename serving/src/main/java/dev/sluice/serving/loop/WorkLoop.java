package dev.sluice.serving.loop;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles keys: what is enqueued runs soon on a virtual thread of its own, never twice at once for one key, and once more
 * when it was enqueued while running. A run that throws is repeated with a pause that doubles.
 */
public final class WorkLoop<K> implements AutoCloseable {
    /** One level-triggered pass over one key. */
    @FunctionalInterface
    public interface Work<K> {
        Outcome reconcile(K key) throws InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(WorkLoop.class);
    private static final int AT_ONCE = 32;
    private static final Duration CONFLICT_PAUSE = Duration.ofMillis(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final String name;
    private final Work<K> work;
    private final BiConsumer<K, RuntimeException> onFailure;
    private final Semaphore slots = new Semaphore(AT_ONCE);
    private final ScheduledThreadPoolExecutor timer;
    /** Guarded by itself: every key that is queued, running or waiting for a timer, and whether this loop runs. */
    private final Map<K, Entry> entries = new HashMap<>();

    private boolean started;
    private boolean closed;

    private static final class Entry {
        boolean running;
        boolean dirty;
        int failures;
        int overtaken;

        /** What was enqueued for later while this ran. */
        @Nullable
        Duration later;

        @Nullable
        ScheduledFuture<?> timer;

        @Nullable
        Thread thread;
    }

    public WorkLoop(String name, Work<K> work) {
        this(name, work, (_, _) -> {});
    }

    /** @param onFailure is told of each run that throws, unless somebody was only faster */
    public WorkLoop(String name, Work<K> work, BiConsumer<K, RuntimeException> onFailure) {
        this.name = name;
        this.work = work;
        this.onFailure = onFailure;
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(name + "-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs what was enqueued so far, and from now on at once. */
    public void start() {
        synchronized (entries) {
            started = true;
            entries.forEach((key, entry) -> {
                if (entry.dirty && !entry.running) {
                    run(key, entry);
                }
            });
        }
    }

    public void enqueue(K key) {
        synchronized (entries) {
            if (closed) {
                return;
            }
            var entry = entries.computeIfAbsent(key, _ -> new Entry());
            entry.dirty = true;
            if (started && !entry.running) {
                run(key, entry);
            }
        }
    }

    /** Runs at the latest when {@code wait} is over: what is enqueued until then is looked at in one run. */
    public void enqueueWithin(Duration wait, K key) {
        synchronized (entries) {
            if (closed) {
                return;
            }
            var entry = entries.computeIfAbsent(key, _ -> new Entry());
            if (!started) {
                entry.dirty = true;
            } else if (entry.running) {
                entry.later = wait;
            } else {
                atTheLatest(key, entry, wait);
            }
        }
    }

    private void atTheLatest(K key, Entry entry, Duration wait) {
        if (entry.timer != null) {
            if (entry.timer.getDelay(TimeUnit.MILLISECONDS) <= wait.toMillis()) {
                return;
            }
            entry.timer.cancel(false);
        }
        entry.timer = timer.schedule(() -> enqueue(key), wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        synchronized (entries) {
            closed = true;
            for (var entry : entries.values()) {
                if (entry.thread != null) {
                    entry.thread.interrupt();
                }
            }
        }
        timer.shutdownNow();
    }

    private void run(K key, Entry entry) {
        entry.running = true;
        entry.dirty = false;
        entry.later = null;
        if (entry.timer != null) {
            entry.timer.cancel(false);
            entry.timer = null;
        }
        entry.thread = Thread.ofVirtual().name(name + " " + key).start(() -> once(key, entry));
    }

    private void once(K key, Entry entry) {
        Outcome outcome;
        try {
            slots.acquire();
            try {
                outcome = work.reconcile(key);
                entry.failures = 0;
                entry.overtaken = 0;
            } finally {
                slots.release();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return; // closing
        } catch (RuntimeException e) { // a loop that must survive
            outcome = failed(key, entry, e);
        }
        synchronized (entries) {
            entry.running = false;
            entry.thread = null;
            if (closed) {
                return;
            }
            if (entry.dirty) {
                run(key, entry);
                return;
            }
            var later = entry.later;
            entry.later = null;
            if (outcome instanceof Outcome.Again(Duration after)) {
                atTheLatest(key, entry, after);
            }
            if (later != null) {
                atTheLatest(key, entry, later);
            }
            if (entry.timer == null) {
                entries.remove(key);
            }
        }
    }

    private boolean isClosed() {
        synchronized (entries) {
            return closed;
        }
    }

    private Outcome failed(K key, Entry entry, RuntimeException e) {
        if (e instanceof KubernetesClientException k
                && entry.failures == 0
                && (k.getCode() == HttpURLConnection.HTTP_CONFLICT
                        || k.getCode() == HttpURLConnection.HTTP_NOT_FOUND)) {
            LOG.atDebug().addKeyValue("loop", name).addKeyValue("key", key).log("somebody was faster; looking again");
            entry.overtaken++;
            if (entry.overtaken < 100) {
                return Outcome.again(CONFLICT_PAUSE);
            }
        }
        int shift = Math.min(entry.failures++, 20);
        var pause = Duration.ofMillis(Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << shift));
        if (!isClosed()) {
            LOG.atWarn()
                    .addKeyValue("loop", name)
                    .addKeyValue("key", key)
                    .addKeyValue("attempt", entry.failures)
                    .setCause(e)
                    .log("reconciling failed; trying again");
            if (Integer.bitCount(entry.failures) == 1) { // what fails for long is not told each minute
                tell(key, e);
            }
        }
        return Outcome.again(pause);
    }

    private void tell(K key, RuntimeException failure) {
        try {
            onFailure.accept(key, failure);
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("loop", name)
                    .addKeyValue("key", key)
                    .setCause(e)
                    .log("a failure could not be told");
        }
    }
}
