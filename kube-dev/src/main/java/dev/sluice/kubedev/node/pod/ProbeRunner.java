package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Runs a container's probes, each at its own pace in its own thread, and tells what changes. */
final class ProbeRunner implements AutoCloseable {

    /** Hears what the probes find. */
    interface Listener {
        void started();

        void ready(boolean ready);

        void unhealthy(String message);

        /** A startup or liveness probe has failed often enough: the container is to be ended. */
        void failed(String kind, Optional<Long> gracePeriodSeconds);
    }

    private final ProbeAction action;
    private final Listener listener;
    private final CountDownLatch started = new CountDownLatch(1);
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    ProbeRunner(Container container, ProbeAction action, Listener listener) {
        this.action = action;
        this.listener = listener;
        Probe startup = container.getStartupProbe();
        if (startup == null) {
            started.countDown();
            listener.started();
        } else {
            spawn(container, "startup", () -> startup(startup));
        }
        Probe readiness = container.getReadinessProbe();
        if (readiness != null) {
            spawn(container, "readiness", () -> readiness(readiness));
        } else if (startup == null) {
            listener.ready(true);
        } else {
            spawn(container, "ready", () -> {
                started.await();
                listener.ready(true);
            });
        }
        Probe liveness = container.getLivenessProbe();
        if (liveness != null) {
            spawn(container, "liveness", () -> liveness(liveness));
        }
    }

    private interface Loop {
        void run() throws InterruptedException;
    }

    private void spawn(Container container, String kind, Loop loop) {
        threads.add(Thread.ofVirtual()
                .name("sluice-node-" + kind + "-" + container.getName())
                .start(() -> {
                    try {
                        loop.run();
                    } catch (InterruptedException _) {
                        // the container is gone
                    }
                }));
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    private void startup(Probe probe) throws InterruptedException {
        Thread.sleep(1000L * or(probe.getInitialDelaySeconds(), 0));
        int successes = 0;
        int failures = 0;
        while (!closed) {
            ProbeAction.Outcome outcome = action.run(probe);
            if (closed) {
                return;
            }
            if (outcome.ok()) {
                failures = 0;
                if (++successes >= or(probe.getSuccessThreshold(), 1)) {
                    listener.started();
                    started.countDown();
                    return;
                }
            } else {
                successes = 0;
                listener.unhealthy("Startup probe failed: " + outcome.output());
                if (++failures >= or(probe.getFailureThreshold(), 3)) {
                    listener.failed("startup", Optional.ofNullable(probe.getTerminationGracePeriodSeconds()));
                    return;
                }
            }
            Thread.sleep(1000L * Math.max(1, or(probe.getPeriodSeconds(), 10)));
        }
    }

    private void readiness(Probe probe) throws InterruptedException {
        started.await();
        Thread.sleep(1000L * or(probe.getInitialDelaySeconds(), 0));
        int successes = 0;
        int failures = 0;
        boolean ready = false;
        while (!closed) {
            ProbeAction.Outcome outcome = action.run(probe);
            if (closed) {
                return;
            }
            if (outcome.ok()) {
                failures = 0;
                if (++successes >= or(probe.getSuccessThreshold(), 1) && !ready) {
                    ready = true;
                    listener.ready(true);
                }
            } else {
                successes = 0;
                listener.unhealthy("Readiness probe failed: " + outcome.output());
                if (++failures >= or(probe.getFailureThreshold(), 3) && ready) {
                    ready = false;
                    listener.ready(false);
                }
            }
            Thread.sleep(1000L * Math.max(1, or(probe.getPeriodSeconds(), 10)));
        }
    }

    private void liveness(Probe probe) throws InterruptedException {
        started.await();
        Thread.sleep(1000L * or(probe.getInitialDelaySeconds(), 0));
        int failures = 0;
        while (!closed) {
            ProbeAction.Outcome outcome = action.run(probe);
            if (closed) {
                return;
            }
            if (outcome.ok()) {
                failures = 0;
            } else {
                listener.unhealthy("Liveness probe failed: " + outcome.output());
                if (++failures >= or(probe.getFailureThreshold(), 3)) {
                    listener.failed("liveness", Optional.ofNullable(probe.getTerminationGracePeriodSeconds()));
                    return;
                }
            }
            Thread.sleep(1000L * Math.max(1, or(probe.getPeriodSeconds(), 10)));
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
