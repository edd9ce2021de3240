package dev.sluice.serving.rollout;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.workflows.rollout.RolloutPhase;
import dev.sluice.workflows.rollout.RolloutRef;
import dev.sluice.workflows.rollout.RolloutState;
import dev.sluice.workflows.rollout.RolloutWorkflow;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WithStartWorkflowOperation;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What people ask of rollouts and tell them. A run is started when none is open, so an undo works at any time. */
public final class Rollouts {
    private final RolloutStubs stubs;
    private final KubernetesClient kubernetes;

    public Rollouts(WorkflowClient workflows, KubernetesClient kubernetes) {
        this.stubs = new RolloutStubs(workflows);
        this.kubernetes = kubernetes;
    }

    /** Which a Route's run is known by: of the Service that owns the Route, or of the Route itself. */
    public static String uid(Route route) {
        return RolloutStubs.uid(route);
    }

    /** How a Service's requests are divided. */
    public record Status(@Nullable RouteRollout rollout, List<TrafficTarget> traffic) {
        public Status {
            traffic = List.copyOf(traffic);
        }
    }

    /** Something that cannot be done, said for people. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    public Status status(String namespace, String service) {
        var route = route(namespace, service);
        return new Status(route.getStatus().rollout(), route.getStatus().traffic());
    }

    public RolloutState promote(String namespace, String service) {
        var to = target(namespace, service);
        return run(() -> WorkflowClient.executeUpdateWithStart(to.workflow()::promote, to.options(), to.start()));
    }

    public RolloutState pause(String namespace, String service) {
        var to = target(namespace, service);
        return run(() -> WorkflowClient.executeUpdateWithStart(to.workflow()::pause, to.options(), to.start()));
    }

    public RolloutState resume(String namespace, String service) {
        var to = target(namespace, service);
        return run(() -> WorkflowClient.executeUpdateWithStart(to.workflow()::resume, to.options(), to.start()));
    }

    public RolloutState abort(String namespace, String service) {
        var to = target(namespace, service);
        return run(() -> WorkflowClient.executeUpdateWithStart(to.workflow()::abort, to.options(), to.start()));
    }

    /** Starts the latest revision anew when that one could not start; else the rollout to it. */
    public RolloutState retry(String namespace, String service) {
        var failed = failed(namespace, service);
        if (failed.isPresent()) {
            var name = failed.get().getMetadata().getName();
            kubernetes
                    .resources(Revision.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"annotations\":{\"" + ServingAnnotations.RETRY + "\":\""
                                    + UUID.randomUUID() + "\"}}}");
            return new RolloutState(RolloutPhase.PROGRESSING, "", name, 0, "Revision " + name + " starts anew.");
        }
        var to = target(namespace, service);
        return run(() -> WorkflowClient.executeUpdateWithStart(to.workflow()::retry, to.options(), to.start()));
    }

    /** @param revision empty for the one before */
    public RolloutState undo(String namespace, String service, Optional<String> revision) {
        var to = target(namespace, service);
        return run(() -> WorkflowClient.executeUpdateWithStart(
                to.workflow()::undo, revision.orElse(""), to.options(), to.start()));
    }

    private record Target(
            RolloutWorkflow workflow,
            UpdateOptions<RolloutState> options,
            WithStartWorkflowOperation<RolloutState> start) {}

    private interface Update {
        RolloutState execute();
    }

    private Target target(String namespace, String service) {
        var uid = RolloutStubs.uid(route(namespace, service));
        var workflow = stubs.of(namespace, service, uid);
        var options = UpdateOptions.newBuilder(RolloutState.class)
                .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                .build();
        RolloutRef ref = RolloutStubs.ref(namespace, service, uid);
        return new Target(workflow, options, new WithStartWorkflowOperation<>(workflow::run, ref));
    }

    private Optional<Revision> failed(String namespace, String service) {
        return Optional.ofNullable(kubernetes
                        .resources(Configuration.class)
                        .inNamespace(namespace)
                        .withName(service)
                        .get())
                .map(configuration -> configuration.getStatus().latestCreatedRevisionName())
                .map(name -> kubernetes
                        .resources(Revision.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get())
                .filter(revision -> revision.getStatus().conditions().stream()
                        .anyMatch(c -> c.type().equals("Ready") && c.status().equals("False")));
    }

    private Route route(String namespace, String service) {
        var route = kubernetes
                .resources(Route.class)
                .inNamespace(namespace)
                .withName(service)
                .get();
        if (route == null) {
            throw new RefusedException("there is no service " + namespace + "/" + service + " with a route", null);
        }
        return route;
    }

    private static RolloutState run(Update update) {
        try {
            return update.execute();
        } catch (WorkflowUpdateException e) {
            var why = e.getCause() instanceof ApplicationFailure f ? f.getOriginalMessage() : e.getMessage();
            throw new RefusedException(why == null ? "the rollout refused" : why, e);
        }
    }
}
