package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Ends containers as a kubelet does: hook, signal, grace, kill; sidecars last and in reverse. Used by the pod's thread. */
final class PodShutdown {

    private final NodeContext node;
    private final Consumer<Runnable> tell;

    PodShutdown(NodeContext node, Consumer<Runnable> tell) {
        this.node = node;
        this.tell = tell;
    }

    /** Ends everything that runs; true once nothing does. */
    boolean stopAll(Pod pod, List<ContainerRecord> regular, List<ContainerRecord> init, long grace) {
        List<ContainerRecord> first = new ArrayList<>(regular);
        init.stream().filter(c -> c.kind == ContainerRecord.Kind.INIT).forEach(first::add);
        first.forEach(c -> stopOne(pod, c, grace));
        boolean down = first.stream().allMatch(c -> c.running == null && !c.starting);
        return (down || grace == 0) && stopSidecars(pod, init, grace) && down;
    }

    /** Ends the sidecars, the last one first; true once none runs. */
    boolean stopSidecars(Pod pod, List<ContainerRecord> init, long grace) {
        for (int i = init.size() - 1; i >= 0; i--) {
            ContainerRecord c = init.get(i);
            if (c.kind == ContainerRecord.Kind.SIDECAR && (c.running != null || c.starting)) {
                stopOne(pod, c, grace);
                return false;
            }
        }
        return true;
    }

    private void stopOne(Pod pod, ContainerRecord c, long grace) {
        ContainerRecord.Running running = c.running;
        if (running == null) {
            return;
        }
        if (grace == 0 && running.stopping) {
            running.process.kill();
        } else if (!running.stopping) {
            node.events().normal(pod, Optional.of(c.fieldPath()), "Killing", "Stopping container " + c.name());
            stop(pod, c, running, grace);
        }
    }

    void stop(Pod pod, ContainerRecord c, ContainerRecord.Running running, long grace) {
        if (running.stopping) {
            return;
        }
        running.stopping = true;
        var hook = Optional.ofNullable(c.spec.getLifecycle()).map(l -> l.getPreStop());
        String address =
                Optional.ofNullable(pod.getStatus()).map(s -> s.getPodIP()).orElse("127.0.0.1");
        Thread.ofVirtual().name("sluice-node-stop-" + c.name()).start(() -> {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(grace);
            if (hook.isPresent() && grace > 0) {
                var action = new ProbeAction(c.spec, running.process, address);
                Hooks.run(hook.get(), action, Duration.ofSeconds(grace))
                        .ifPresent(f -> tell.accept(() -> node.events()
                                .warning(
                                        pod,
                                        Optional.of(c.fieldPath()),
                                        "FailedPreStopHook",
                                        "PreStopHook failed: " + f)));
            }
            long least = grace > 0 ? TimeUnit.SECONDS.toNanos(2) : 0;
            long wait = grace == 0 ? 0 : Math.max(least, deadline - System.nanoTime());
            if (wait > 0) {
                running.process.signal(running.stopSignal);
                if (exits(running, wait)) {
                    return;
                }
            }
            running.process.kill();
        });
    }

    private static boolean exits(ContainerRecord.Running running, long nanos) {
        try {
            running.process.exit().get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void killAll(List<ContainerRecord> regular, List<ContainerRecord> init) {
        List<ContainerRecord> all = new ArrayList<>(regular);
        all.addAll(init);
        for (ContainerRecord c : all) {
            ContainerRecord.@Nullable Running running = c.running;
            if (running != null) {
                if (running.probes != null) {
                    running.probes.close();
                }
                running.process.kill();
                exits(running, TimeUnit.SECONDS.toNanos(5));
            }
        }
    }
}
