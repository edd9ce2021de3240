package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.workflows.build.BuildActivities;
import dev.sluice.workflows.build.BuildRef;
import dev.sluice.workflows.build.Verdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A build's activities with the Kubernetes API. */
public final class KubernetesBuildActivities implements BuildActivities {
    private static final int HEARTBEAT_SECONDS = 3;
    private static final int ATTEMPTS_FOR_DEFAULT_ACCOUNT = 6;
    /** They take half a minute. */
    private static final int ATTEMPTS_FOR_LEAVING_PODS = 8;

    private final KubernetesClient client;
    private final BuildResolver resolver;
    private final BuildPods pods;
    private final BuildVolumes volumes;
    private final BuildReports reports;
    private final BuildTurns turns;
    private final LogArchive archive;
    private final Clock clock;

    public KubernetesBuildActivities(
            KubernetesClient client, BuildPodSettings settings, LogArchive archive, Clock clock) {
        this.client = client;
        this.resolver = new BuildResolver(client);
        this.pods = new BuildPods(settings);
        this.volumes = new BuildVolumes(client);
        this.reports = new BuildReports(client, resolver);
        this.turns = new BuildTurns(client, resolver, reports, settings.mostPerNamespace(), clock);
        this.archive = archive;
        this.clock = clock;
    }

    @Override
    public Plan validate(BuildRef build) {
        try {
            return checked(build);
        } catch (KubernetesClientException | TemporalException e) {
            throw e; // which may pass
        } catch (RuntimeException e) { // a Build that nobody thought of: it would be the same next time
            return Plan.refused("BuildValidationFailed", "no pod can be made of the Build: " + e);
        }
    }

    private Plan checked(BuildRef build) {
        return switch (resolver.resolve(build)) {
            case Resolution.Gone() -> Plan.nothingToDo();
            case Resolution.Refused(var message) -> {
                awaitDefaultAccount(message);
                yield Plan.refused("BuildValidationFailed", message);
            }
            case Resolution.Ready ready -> plan(ready);
        };
    }

    private Plan plan(Resolution.Ready ready) {
        var spec = ready.spec();
        var containers = new ArrayList<String>();
        pods.pod(ready.build(), spec, ready.secrets())
                .getSpec()
                .getInitContainers()
                .forEach(c -> containers.add(c.getName()));
        containers.add(BuildPods.NOP);
        var resumption = new Resumption(client).of(ready.build(), containers);
        if (resumption.problem().isPresent()) {
            return Plan.refused("BuildValidationFailed", resumption.problem().get());
        }
        return new Plan(
                null,
                false,
                spec.cancelRequested(),
                containers,
                spec.effectiveTimeout().toMillis(),
                turns.mayWait(spec),
                spec.resumable(),
                Retries.rules(spec, containers),
                resumption.finished());
    }

    @Override
    public Turn awaitTurn(BuildRef build) {
        return turns.await(build);
    }

    /** A namespace gets its default service account a moment after it was made: not a reason to refuse a build. */
    private static void awaitDefaultAccount(String message) {
        if (message.equals("serviceaccounts \"default\" not found")
                && Activity.getExecutionContext().getInfo().getAttempt() < ATTEMPTS_FOR_DEFAULT_ACCOUNT) {
            throw ApplicationFailure.newFailure(message, "DefaultAccountMissing");
        }
    }

    @Override
    public CreatedPod createPod(BuildRef build) {
        return created(new Attempt(build, 0, List.of(), null));
    }

    @Override
    public CreatedPod resumePod(Attempt attempt) {
        return created(attempt);
    }

    private CreatedPod created(Attempt attempt) {
        return switch (resolver.resolve(attempt.build())) {
            case Resolution.Gone() -> new CreatedPod(null, true, "", 0);
            case Resolution.Refused(var message) -> refused("BuildValidationFailed", message);
            case Resolution.Ready ready -> {
                try {
                    yield created(attempt, ready);
                } catch (KubernetesClientException e) {
                    boolean sent = e.getCode() >= 400 && e.getCode() < 500;
                    if (!sent || e.getCode() == 429 || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                        throw e; // a conflict: created by an earlier attempt, the next one finds it
                    }
                    yield refused("BuildExecuteFailed", reason(e));
                }
            }
        };
    }

    private CreatedPod created(Attempt attempt, Resolution.Ready ready) {
        var build = attempt.build();
        var claim = volumes.ensure(ready.build(), ready.spec());
        var place = pod(build, attempt.number());
        var pod = place.get();
        if (pod != null && attempt.number() == 0 && StepWatch.lost(pod)) {
            place.withGracePeriod(0).delete();
            throw ApplicationFailure.newFailure("the lost pod of build " + build + " is leaving", "PodLeaving");
        }
        if (pod == null) {
            claim.ifPresent(name -> vacate(attempt, name));
            var wanted = pods.pod(ready.build(), ready.spec(), ready.secrets());
            pod = client.resource(
                            BuildVolumes.mounted(FurtherPods.of(wanted, attempt), ready.spec(), claim.orElse(null)))
                    .create();
        }
        var now = resolver.build(build);
        if (now.isEmpty() || now.get().getStatus().done()) { // it was ended while the pod was made
            client.resource(pod).delete();
            return new CreatedPod(null, true, "", 0);
        }
        var made = pod;
        var earlier = attempt.number() == 0 && !attempt.finished().isEmpty()
                ? new Resumption(client).from(ready.build())
                : Optional.<Build>empty();
        reports.write(
                build,
                status -> BuildProgress.running(
                                earlier.map(from -> status.before().goingOnFrom(from.getStatus()))
                                        .orElseGet(status::before),
                                status.generation(),
                                made,
                                clock.instant())
                        .with(claim.orElse(null), attempt.again() == null ? null : tries(attempt.again())));
        return new CreatedPod(
                null,
                false,
                pod.getMetadata().getName(),
                Instant.parse(pod.getMetadata().getCreationTimestamp()).toEpochMilli());
    }

    /** Two pods must not work in one workspace: what may still be at it is ended first. */
    private void vacate(Attempt attempt, String claim) {
        var build = attempt.build();
        var own = BuildPods.name(
                build, attempt.number()); // which an earlier, slower call of this may have made meanwhile
        var busy = FurtherPods.ofAnyBuild(client, build.namespace()).list().getItems().stream()
                .filter(pod -> FurtherPods.worksIn(pod, claim)
                        && !pod.getMetadata().getName().equals(own))
                .toList();
        if (busy.isEmpty()) {
            return;
        }
        // without grace a pod is forgotten before its node has ended it: only where the node says nothing any more
        boolean answers = Activity.getExecutionContext().getInfo().getAttempt() < ATTEMPTS_FOR_LEAVING_PODS;
        busy.stream()
                .filter(pod -> !isOfAnotherThatRuns(pod, build))
                .forEach(pod ->
                        client.resource(pod).withGracePeriod(answers ? 1 : 0).delete());
        throw ApplicationFailure.newFailure(
                "pod " + busy.getFirst().getMetadata().getName() + " still works in the workspace of build " + build,
                "PodLeaving");
    }

    private boolean isOfAnotherThatRuns(Pod pod, BuildRef build) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(owner -> !owner.getUid().equals(build.uid()))
                .flatMap(owner ->
                        resolver.build(new BuildRef(build.namespace(), owner.getName(), owner.getUid())).stream())
                .anyMatch(other -> !other.getStatus().done());
    }

    private static BuildStatus.StepTries tries(Again again) {
        return new BuildStatus.StepTries(again.container(), again.retries(), again.exitCode());
    }

    private static CreatedPod refused(String reason, String message) {
        return new CreatedPod(new Refusal(reason, message), false, "", 0);
    }

    private static String reason(KubernetesClientException e) {
        var status = e.getStatus();
        return status == null || status.getMessage() == null
                ? Objects.requireNonNullElse(e.getMessage(), "the API server refused the pod")
                : status.getMessage();
    }

    @Override
    public StepEnd watchStep(StepRef step) {
        var changes = new ArrayBlockingQueue<Optional<Pod>>(64);
        var watched = pod(step.build(), step.attempt());
        try (var _ = watched.inform(new Changes(changes))) {
            if (watched.get() == null) {
                changes.clear();
                offer(changes, Optional.empty());
            }
            while (true) {
                Activity.getExecutionContext().heartbeat(null);
                var change = changes.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
                if (change == null) {
                    continue;
                }
                var end = StepWatch.end(
                        BuildPods.name(step.build(), step.attempt()), step.container(), change.orElse(null));
                change.ifPresent(pod -> reports.write(
                        step.build(),
                        status -> BuildProgress.running(status.before(), status.generation(), pod, clock.instant())));
                if (end.isPresent()) {
                    return end.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApplicationFailure.newFailureWithCause("watching was interrupted", "Interrupted", e);
        }
    }

    @Override
    public void archiveLogs(StepRef step) {
        try (var log =
                pod(step.build(), step.attempt()).inContainer(step.container()).getLogInputStream()) {
            if (archive.keep(step, log)) {
                archive.forgetAllBut(() -> client.resources(Build.class).inAnyNamespace().list().getItems().stream()
                        .map(build -> build.getMetadata().getUid())
                        .collect(Collectors.toSet()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("keeping the logs of " + step.container() + " of " + step.build(), e);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return; // the pod is gone: what was kept stays
            }
            throw e;
        }
    }

    @Override
    public void finish(BuildRef build, Verdict verdict) {
        var pod = FurtherPods.newest(client, build).orElse(null);
        reports.write(
                build,
                status -> BuildProgress.ended(status.before(), status.generation(), pod, verdict, clock.instant()));
    }

    @Override
    public void deletePod(BuildRef build) {
        FurtherPods.all(client, build).forEach(pod -> client.resource(pod).delete());
    }

    private PodResource pod(BuildRef build, int attempt) {
        return client.pods().inNamespace(build.namespace()).withName(BuildPods.name(build, attempt));
    }

    /** The newest states of the pod; older ones make room, as only the newest counts. */
    private static void offer(BlockingQueue<Optional<Pod>> changes, Optional<Pod> pod) {
        while (!changes.offer(pod)) {
            changes.poll();
        }
    }

    private record Changes(BlockingQueue<Optional<Pod>> queue) implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            offer(queue, Optional.of(pod));
        }

        @Override
        public void onUpdate(@Nullable Pod old, Pod pod) {
            offer(queue, Optional.of(pod));
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {
            offer(queue, Optional.empty());
        }
    }
}
