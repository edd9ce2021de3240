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
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** Waits until a build may begin beside the others of its namespace. */
final class BuildTurns {
    private static final int HEARTBEAT_SECONDS = 2;

    private final KubernetesClient client;
    private final BuildResolver resolver;
    private final BuildReports reports;
    private final WatchedBuilds watched;
    private final int most;
    private final Clock clock;

    BuildTurns(KubernetesClient client, BuildResolver resolver, BuildReports reports, int most, Clock clock) {
        this.client = client;
        this.resolver = resolver;
        this.reports = reports;
        this.watched = new WatchedBuilds(client);
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
        var told = "";
        boolean look = true;
        try (var seen = watched.open(ref.namespace())) {
            while (!seen.awaitList(HEARTBEAT_SECONDS)) {
                Activity.getExecutionContext().heartbeat(null);
            }
            while (true) {
                Activity.getExecutionContext().heartbeat(null);
                boolean soon = false;
                if (look) {
                    var all = seen.all();
                    var build = all.stream()
                            .filter(b -> ref.uid().equals(b.getMetadata().getUid()))
                            .findFirst(); // for a moment after it was made there is none
                    if (build.isEmpty()
                            ? resolver.build(ref).isEmpty()
                            : build.get().getStatus().done()) {
                        return new Turn(null, true);
                    }
                    var leaving = leaving(ref.namespace(), all);
                    soon = build.isEmpty() || !leaving.isEmpty();
                    var place = build.isEmpty()
                            ? new Turns.Place.Wait(List.of())
                            : Turns.of(build.get(), all, leaving, most, clock.instant());
                    switch (place) {
                        case Turns.Place.Now() -> {
                            return new Turn(null, false);
                        }
                        case Turns.Place.Forbidden(var by) -> {
                            return new Turn(forbidden(by), false);
                        }
                        case Turns.Place.Replaces(var older) -> {
                            older.forEach(this::cancel);
                            told = tell(ref, older, told);
                        }
                        case Turns.Place.Wait(var before) -> {
                            soon |= before.isEmpty();
                            told = tell(ref, before, told);
                        }
                    }
                }
                look = seen.awaitChange(HEARTBEAT_SECONDS) || soon;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApplicationFailure.newFailureWithCause("waiting was interrupted", "Interrupted", e);
        }
    }

    private Set<String> leaving(String namespace, List<Build> builds) {
        return Turns.leaving(
                builds, () -> FurtherPods.ofAnyBuild(client, namespace).list().getItems(), clock.instant());
    }

    private static Refusal forbidden(Build by) {
        return new Refusal(
                "ConcurrencyForbidden",
                "Build \"" + by.getMetadata().getName() + "\" has not ended, and this Build may not run beside it");
    }

    /** What is told now. */
    private String tell(BuildRef ref, List<Build> before, String told) {
        if (before.isEmpty()) {
            return told;
        }
        var first = "\"" + before.getFirst().getMetadata().getName() + "\"";
        var message = before.size() == 1
                ? "waits for Build " + first
                : "waits for " + before.size() + " Builds, first of all " + first;
        if (!message.equals(told)) {
            reports.write(
                    ref,
                    status -> BuildProgress.queued(status.before(), status.generation(), message, clock.instant()));
        }
        return message;
    }

    private void cancel(Build build) {
        if (!build.getSpec().cancelRequested() && !build.getStatus().done()) {
            client.resource(build)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"Status\":\"" + BuildSpec.CANCELLED + "\"}}");
        }
    }
}
