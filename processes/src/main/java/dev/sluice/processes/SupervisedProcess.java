package dev.sluice.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child that is ready when {@link #start} returns and is started again, with the same command, whenever it dies until it is closed. */
public final class SupervisedProcess implements AutoCloseable {

    /** Whether the child answers; an exception means not yet. */
    @FunctionalInterface
    public interface Probe {
        boolean ready() throws Exception;
    }

    /**
     * What to run.
     *
     * @param environment added to that of the JVM
     * @param readyWithin how long the first start may take
     * @param grace between SIGTERM and SIGKILL
     */
    public record Spec(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path log,
            Probe probe,
            Duration readyWithin,
            Duration grace) {
        public Spec {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SupervisedProcess.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONG_LIFE = Duration.ofSeconds(10);
    private static final Duration LOG_LOOK = Duration.ofMinutes(1);
    private static final long LARGEST_LOG = 16L << 20;
    private static final int TAIL = 2000;

    private final Spawner spawner;
    private final Spec spec;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger restarts = new AtomicInteger();
    private final Object lock = new Object();
    /** Guarded by lock, as is the decision to start another one. */
    private Process process;

    private long startedAt;

    private SupervisedProcess(Spawner spawner, Spec spec) {
        this.spawner = spawner;
        this.spec = spec;
        this.process = spawn();
        this.startedAt = System.nanoTime();
    }

    /** Returns when the child answers; throws, with the end of its log, when it exits or stays silent. */
    public static SupervisedProcess start(Spawner spawner, Spec spec) {
        var child = new SupervisedProcess(spawner, spec);
        if (!child.awaitReady(spec.readyWithin(), true)) {
            var problem = new EngineException("starting " + spec.name() + ": " + child.whyNotReady() + "; the end of "
                    + spec.log() + ":\n" + child.logTail());
            child.close();
            throw problem;
        }
        Thread.ofVirtual().name(spec.name() + "-supervisor").start(child::supervise);
        return child;
    }

    /** Waits until the child, perhaps a later incarnation of it, answers. */
    public boolean awaitReady(Duration atMost) {
        return awaitReady(atMost, false);
    }

    private boolean awaitReady(Duration atMost, boolean onlyThisOne) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                if (answers()) {
                    return true;
                }
                if (onlyThisOne) {
                    // Another process may hold the port and answer the probe: ours must be alive.
                    if (current().waitFor(50, TimeUnit.MILLISECONDS)) {
                        return false;
                    }
                } else if (closed.await(50, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean answers() throws InterruptedException {
        if (!current().isAlive()) {
            return false;
        }
        try {
            return spec.probe().ready() && current().isAlive();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.atTrace().addKeyValue("process", spec.name()).setCause(e).log("not ready");
            return false;
        }
    }

    private void supervise() {
        var pause = FIRST_PAUSE;
        try {
            while (true) {
                while (!current().waitFor(LOG_LOOK.toSeconds(), TimeUnit.SECONDS)) {
                    bound(spec.log(), LARGEST_LOG);
                }
                int code = current().exitValue();
                if (closed.getCount() == 0) {
                    return;
                }
                var lived = Duration.ofNanos(System.nanoTime() - startedAt);
                pause = lived.compareTo(LONG_LIFE) > 0 ? FIRST_PAUSE : pause;
                LOG.atWarn()
                        .addKeyValue("process", spec.name())
                        .addKeyValue("exit", code)
                        .addKeyValue("pause", pause)
                        .addKeyValue("log", spec.log())
                        .log("child died, starting it again");
                if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS) || !startAgain()) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean startAgain() {
        synchronized (lock) {
            if (closed.getCount() == 0) {
                return false;
            }
            startedAt = System.nanoTime();
            try {
                process = spawn();
                restarts.incrementAndGet();
            } catch (EngineException | UncheckedIOException e) {
                // As if it had died at once: no memory, no file handles, a full disk may pass.
                LOG.atError().addKeyValue("process", spec.name()).setCause(e).log("child cannot be started");
            }
        }
        return true;
    }

    private Process spawn() {
        try {
            Files.createDirectories(spec.log().toAbsolutePath().getParent());
            bound(spec.log(), LARGEST_LOG);
        } catch (IOException e) {
            throw new UncheckedIOException("preparing " + spec.log(), e);
        }
        var builder = new ProcessBuilder(spec.command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        builder.environment().putAll(spec.environment());
        return spawner.spawn(builder);
    }

    /** A child appends to the file that it has open: what is in it moves, and the file stays. What it says in that moment may be lost. */
    static void bound(Path log, long largest) {
        try {
            if (Files.exists(log) && Files.size(log) > largest) {
                Files.copy(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
                Files.write(log, new byte[0], StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("log", log).setCause(e).log("a log that has grown large stays");
        }
    }

    private Process current() {
        synchronized (lock) {
            return process;
        }
    }

    private String whyNotReady() {
        var now = current();
        return now.isAlive()
                ? "not ready within " + spec.readyWithin().toSeconds() + " s"
                : "it ended with exit code " + now.exitValue();
    }

    private String logTail() {
        try {
            var text = Files.readString(spec.log(), StandardCharsets.UTF_8);
            return text.substring(Math.max(0, text.length() - TAIL)).strip();
        } catch (IOException e) {
            return "(unreadable: " + e.getMessage() + ")";
        }
    }

    public String name() {
        return spec.name();
    }

    /** Of the present incarnation. */
    public long pid() {
        return current().pid();
    }

    public Path log() {
        return spec.log();
    }

    public int restarts() {
        return restarts.get();
    }

    /** SIGTERM, then SIGKILL when the grace is over. */
    @Override
    public void close() {
        Process last;
        synchronized (lock) {
            closed.countDown();
            last = process;
        }
        last.toHandle().destroy(); // by its handle: that of the process would close the pipe of a watchdog shell
        try {
            if (!last.waitFor(spec.grace().toMillis(), TimeUnit.MILLISECONDS)) {
                last.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
