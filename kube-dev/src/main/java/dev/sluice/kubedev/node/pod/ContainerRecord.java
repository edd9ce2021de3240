package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.sandbox.ContainerProcess;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the pod's thread knows about one of its containers; no other thread touches it. */
final class ContainerRecord {

    enum Kind {
        INIT,
        SIDECAR,
        REGULAR
    }

    final Container spec;
    final Kind kind;
    final Backoff restarts = new Backoff();
    final Backoff pulls = new Backoff();

    /** A process that runs, or is being ended. */
    static final class Running {
        final ContainerProcess process;
        final String id;
        final Instant since;
        final ContainerLog log;
        final Path terminationLog;
        final String stopSignal;
        boolean stopping;

        @Nullable
        ProbeRunner probes;

        Running(
                ContainerProcess process,
                String id,
                Instant since,
                ContainerLog log,
                Path terminationLog,
                String stopSignal) {
            this.process = process;
            this.id = id;
            this.since = since;
            this.log = log;
            this.terminationLog = terminationLog;
            this.stopSignal = stopSignal;
        }
    }

    @Nullable
    Running running;

    @Nullable
    ContainerStateTerminated terminated;

    @Nullable
    ContainerStateTerminated last;

    String waitingReason;

    @Nullable
    String waitingMessage;

    boolean starting;
    boolean everCreated;
    boolean timerSet;
    boolean started;
    boolean ready;
    int restartCount;

    @Nullable
    Instant pullFailedAt;

    String image;
    String imageId = "";
    String containerId = "";

    ContainerRecord(Container spec, Kind kind, boolean podHasInit) {
        this.spec = spec;
        this.kind = kind;
        this.image = String.valueOf(spec.getImage());
        this.waitingReason = podHasInit ? "PodInitializing" : "ContainerCreating";
    }

    String name() {
        return spec.getName();
    }

    boolean succeeded() {
        ContainerStateTerminated t = terminated;
        return t != null && t.getExitCode() == 0;
    }

    /** The field of the pod that events about this container point at. */
    String fieldPath() {
        return (kind == Kind.REGULAR ? "spec.containers{" : "spec.initContainers{") + name() + "}";
    }
}
