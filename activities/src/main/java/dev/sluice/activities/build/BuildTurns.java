package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.Concurrency;
import dev.sluice.workflows.build.BuildActivities.Refusal;
import dev.sluice.workflows.build.BuildActivities.Turn;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Waits until a build may begin beside the others of its namespace. */
final class BuildTurns {
    private static final int HEARTBEAT_SECONDS = 2;

    private final KubernetesClient client;
    private final BuildResolver resolver;
    private final BuildReports reports;
    private final int most;
    private final Clock clock;

    BuildTurns(KubernetesClient client, BuildResolver resolver, BuildReports reports, int most, Clock clock) {
        this.client = client;
        this.resolver = resolver;
        this.reports = reports;
        this.most = most;
        this.clock = clock;
    }

    boolean mayWait(BuildSpec spec) {
        return Turns.mayWait(
                spec.concurrency() == null
                        ? Concurrency.Policy.ALLOW
                        : spec.concurrency().effectivePolicy(),
                most);
    }

    Turn await(BuildRef ref) {
        var changed = new Semaphore(0);
        var builds = client.resources(Build.class).inNamespace(ref.namespace());
        try (var seen = builds.inform(new Changes(changed))) {
            while (true) {
                Activity.getExecutionContext().heartbeat(null);
                var build = resolver.build(ref).orElse(null);
                if (build == null || build.getStatus().done()) {
                    return new Turn(null, true);
                }
                switch (Turns.of(build, seen.getStore().list(), most, clock.instant())) {
                    case Turns.Place.Now() -> {
                        return new Turn(null, false);
                    }
                    case Turns.Place.Forbidden(var by) -> {
                        return new Turn(
                                new Refusal(
                                        "ConcurrencyForbidden",
                                        "Build \"" + by.getMetadata().getName()
                                                + "\" has not ended, and this Build may not run beside it"),
                                false);
                    }
                    case Turns.Place.Replaces(var older) -> {
                        older.forEach(this::cancel);
                        tell(ref, older);
                    }
                    case Turns.Place.Wait(var before) -> tell(ref, before);
                }
                if (changed.tryAcquire(HEARTBEAT_SECONDS, TimeUnit.SECONDS)) {
                    changed.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApplicationFailure.newFailureWithCause("waiting was interrupted", "Interrupted", e);
        }
    }

    private void tell(BuildRef ref, List<Build> before) {
        if (before.isEmpty()) {
            return;
        }
        var first = "\"" + before.getFirst().getMetadata().getName() + "\"";
        var message = before.size() == 1
                ? "waits for Build " + first
                : "waits for " + before.size() + " Builds, first of all " + first;
        reports.write(
                ref, status -> BuildProgress.queued(status.before(), status.generation(), message, clock.instant()));
    }

    private void cancel(Build build) {
        if (!build.getSpec().cancelRequested()) {
            client.resource(build)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"Status\":\"" + BuildSpec.CANCELLED + "\"}}");
        }
    }

    private record Changes(Semaphore changed) implements ResourceEventHandler<Build> {
        @Override
        public void onAdd(Build build) {
            changed.release();
        }

        @Override
        public void onUpdate(Build old, Build build) {
            changed.release();
        }

        @Override
        public void onDelete(Build build, boolean finalStateUnknown) {
            changed.release();
        }
    }
}
