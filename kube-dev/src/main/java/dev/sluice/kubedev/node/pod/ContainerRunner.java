package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.sandbox.Sandboxes.PodSandbox;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Starts, watches and restarts the containers of one pod. Used by the pod's thread. */
final class ContainerRunner {

    private final NodeContext node;
    private final PodThread pod;
    private final PodFiles files;
    private final PodSurroundings surroundings;
    private final PodShutdown shutdown;

    ContainerRunner(
            NodeContext node, PodThread pod, PodFiles files, PodSurroundings surroundings, PodShutdown shutdown) {
        this.node = node;
        this.pod = pod;
        this.files = files;
        this.surroundings = surroundings;
        this.shutdown = shutdown;
    }

    /** Starts the container unless it runs, has done its work, or must wait. */
    void ensure(ContainerRecord c, String policy) {
        if (c.running != null || c.starting || c.timerSet) {
            return;
        }
        Instant now = Instant.now();
        ContainerStateTerminated t = c.terminated;
        if (t != null) {
            if (policy.equals("Never") || (policy.equals("OnFailure") && t.getExitCode() == 0)) {
                return;
            }
            Duration wait = c.restarts.remaining(Instant.parse(t.getFinishedAt()), now);
            if (wait.isPositive()) {
                c.last = t;
                c.terminated = null;
                c.waitingReason = "CrashLoopBackOff";
                c.waitingMessage = "back-off " + c.restarts.text() + " restarting failed container=" + c.name()
                        + " pod=" + pod.now().getMetadata().getName() + "_"
                        + pod.now().getMetadata().getNamespace() + "("
                        + pod.now().getMetadata().getUid() + ")";
                node.events()
                        .warning(
                                pod.now(),
                                Optional.of(c.fieldPath()),
                                "BackOff",
                                "Back-off restarting failed container " + c.name()
                                        + " in pod " + pod.now().getMetadata().getName() + "_"
                                        + pod.now().getMetadata().getNamespace() + "("
                                        + pod.now().getMetadata().getUid() + ")");
                later(c, wait);
                return;
            }
            c.last = t;
            c.terminated = null;
            c.waitingReason = "ContainerCreating";
            c.waitingMessage = null;
        } else if (c.pullFailedAt != null) {
            Instant failed = c.pullFailedAt;
            Duration wait = c.pulls.remaining(failed, now);
            if (wait.isPositive()) {
                String before = String.valueOf(c.waitingMessage);
                if (c.waitingReason.equals("ErrImagePull")) {
                    pod.report(); // seen as what it was before it becomes a wait
                    c.waitingReason = "ImagePullBackOff";
                    c.waitingMessage = "Back-off pulling image \"" + c.spec.getImage() + "\": ErrImagePull: " + before;
                    node.events()
                            .normal(
                                    pod.now(),
                                    Optional.of(c.fieldPath()),
                                    "BackOff",
                                    "Back-off pulling image \"" + c.spec.getImage() + "\"");
                }
                later(c, wait);
                return;
            }
        }
        start(c, now);
    }

    private void later(ContainerRecord c, Duration wait) {
        c.timerSet = true;
        var _ = node.timer()
                .schedule(
                        () -> pod.tell(() -> {
                            c.timerSet = false;
                            if (c.running == null
                                    && !c.starting
                                    && c.pullFailedAt == null
                                    && c.last != null
                                    && c.terminated == null) {
                                c.waitingReason = "ContainerCreating";
                                c.waitingMessage = null;
                                startIfAllowed(c);
                            }
                        }),
                        wait.toMillis() + 1,
                        TimeUnit.MILLISECONDS);
    }

    private void startIfAllowed(ContainerRecord c) {
        if (pod.mayStart()) {
            start(c, Instant.now());
        }
    }

    private void start(ContainerRecord c, Instant now) {
        PodSandbox in = surroundings.sandbox().orElse(null);
        if (in == null) {
            return;
        }
        if (c.everCreated) {
            c.restartCount++;
            c.everCreated = false;
        }
        if (c.last != null && c.pullFailedAt == null) {
            c.restarts.tried(now);
        }
        c.starting = true;
        c.started = false;
        c.ready = false;
        var work = new ContainerStart(node, pod.now(), c, in, files, surroundings.volumes());
        Thread.ofVirtual().name("sluice-node-start-" + c.name()).start(() -> {
            ContainerStart.Result result = work.run();
            pod.tell(() -> started(c, result));
        });
    }

    private void started(ContainerRecord c, ContainerStart.Result result) {
        c.starting = false;
        switch (result) {
            case ContainerStart.Result.Started s -> {
                var running = new ContainerRecord.Running(
                        s.process(), s.id(), Instant.now(), s.log(), s.terminationLog(), s.stopSignal());
                node.logs().put(s.log().file(), s.log());
                c.running = running;
                c.everCreated = true;
                c.pullFailedAt = null;
                c.imageId = s.image().id();
                c.containerId = "sluice://" + s.id();
                var _ = s.process()
                        .exit()
                        .thenAccept(exit -> pod.tell(() -> exited(c, running, exit.code(), exit.outOfMemory())));
                if (c.kind == ContainerRecord.Kind.INIT) {
                    c.started = true;
                } else {
                    begin(c, running);
                }
            }
            case ContainerStart.Result.NoImage(String reason, String message) -> {
                c.waitingReason = reason;
                c.waitingMessage = message;
                c.pulls.tried(Instant.now());
                c.pullFailedAt = Instant.now();
            }
            case ContainerStart.Result.BadConfig(String reason, String message) -> {
                c.waitingReason = reason;
                c.waitingMessage = message;
                c.timerSet = true;
                var _ = node.timer().schedule(() -> pod.tell(() -> c.timerSet = false), 5, TimeUnit.SECONDS);
            }
            case ContainerStart.Result.CannotRun(String id, String message, var image) -> {
                c.everCreated = true;
                c.pullFailedAt = null;
                c.imageId = image.id();
                c.containerId = "sluice://" + id;
                String at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
                c.terminated = new ContainerStateTerminatedBuilder()
                        .withExitCode(128)
                        .withReason("StartError")
                        .withMessage(message)
                        .withStartedAt("1970-01-01T00:00:00Z")
                        .withFinishedAt(at)
                        .withContainerID(c.containerId)
                        .build();
            }
        }
    }

    /** Runs postStart, then the probes. */
    private void begin(ContainerRecord c, ContainerRecord.Running running) {
        PodSandbox in = surroundings.sandbox().orElse(null);
        if (in == null) {
            return;
        }
        var action = new ProbeAction(c.spec, running.process, in.address());
        var hook = Optional.ofNullable(c.spec.getLifecycle()).map(l -> l.getPostStart());
        if (hook.isEmpty()) {
            probe(c, running, action);
            return;
        }
        Thread.ofVirtual().name("sluice-node-poststart-" + c.name()).start(() -> {
            Optional<String> failure = Hooks.run(hook.get(), action, Duration.ofMinutes(10));
            pod.tell(() -> {
                if (c.running != running) {
                    return;
                }
                if (failure.isPresent()) {
                    node.events()
                            .warning(
                                    pod.now(),
                                    Optional.of(c.fieldPath()),
                                    "FailedPostStartHook",
                                    "PostStartHook failed: " + failure.get());
                    restart(c, running, "FailedPostStartHook", Optional.empty());
                } else {
                    probe(c, running, action);
                }
            });
        });
    }

    private void probe(ContainerRecord c, ContainerRecord.Running running, ProbeAction action) {
        running.probes = new ProbeRunner(c.spec, action, new ProbeRunner.Listener() {
            private void when(Runnable change) {
                pod.tell(() -> {
                    if (c.running == running) {
                        change.run();
                    }
                });
            }

            @Override
            public void started() {
                when(() -> c.started = true);
            }

            @Override
            public void ready(boolean ready) {
                when(() -> c.ready = ready);
            }

            @Override
            public void unhealthy(String message) {
                when(() -> node.events().warning(pod.now(), Optional.of(c.fieldPath()), "Unhealthy", message));
            }

            @Override
            public void failed(String kind, Optional<Long> grace) {
                when(() -> restart(c, running, "failed " + kind + " probe", grace));
            }
        });
    }

    private void restart(ContainerRecord c, ContainerRecord.Running running, String why, Optional<Long> grace) {
        node.events()
                .normal(
                        pod.now(),
                        Optional.of(c.fieldPath()),
                        "Killing",
                        "Container " + c.name() + " " + why + ", will be restarted");
        shutdown.stop(
                pod.now(),
                c,
                running,
                grace.orElse(Optional.ofNullable(pod.now().getSpec().getTerminationGracePeriodSeconds())
                        .orElse(30L)));
    }

    private void exited(ContainerRecord c, ContainerRecord.Running running, int code, boolean outOfMemory) {
        ProbeRunner probes = running.probes;
        if (probes != null) {
            probes.close();
        }
        c.running = null;
        c.started = false;
        c.ready = c.kind == ContainerRecord.Kind.INIT && code == 0;
        node.logs().remove(running.log.file());
        Instant now = Instant.now();
        c.terminated = new ContainerStateTerminatedBuilder()
                .withExitCode(code)
                .withReason(outOfMemory && code == 137 ? "OOMKilled" : code == 0 ? "Completed" : "Error")
                .withMessage(TerminationMessage.read(c.spec, running, code).orElse(null))
                .withStartedAt(running.since.truncatedTo(ChronoUnit.SECONDS).toString())
                .withFinishedAt(now.truncatedTo(ChronoUnit.SECONDS).toString())
                .withContainerID(c.containerId)
                .build();
        files.removeInstance(c.name(), running.id);
    }
}
