package dev.sluice.serving.revision;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.ContainerDigest;
import dev.sluice.api.serving.RevisionStatus;
import dev.sluice.serving.autoscale.ScaleView;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The conditions of a Revision from what is known of it. Pure. */
final class RevisionState {
    static final String RESOURCES = "ResourcesAvailable";
    static final String CONTAINER = "ContainerHealthy";
    static final String BUILD = "BuildSucceeded";
    /** Why there is no Deployment. */
    static final String CREATION_FAILED = "CreationFailed";

    static final String NOT_OWNED = "NotOwned";
    private static final String ACTIVE = "Active";
    private static final Pattern YOUNG_NAMESPACE =
            Pattern.compile("error looking up service account [^/ ]+/default: .*not found");

    static void mark(ConditionSet conditions, ScaleView view, Deployment deployment, Optional<PodTrouble> trouble) {
        active(conditions, view);
        if (view.ready() > 0) {
            conditions.markTrue(CONTAINER);
        }
        if (trouble.isPresent()) {
            trouble(conditions, trouble.get());
            return;
        }
        if (view.initialized()) {
            if (view.ready() > 0 || !failed(conditions)) {
                conditions.markTrue(CONTAINER);
                conditions.markTrue(RESOURCES);
            }
            return;
        }
        if (view.timedOut()) {
            conditions.markFalse(RESOURCES, "ProgressDeadlineExceeded", "Initial scale was never achieved");
            return;
        }
        var failure = condition(deployment, "ReplicaFailure", "True").filter(c -> !isOfAYoungNamespace(c));
        var late = condition(deployment, "Progressing", "False");
        if (failure.isPresent()) {
            conditions.markFalse(
                    RESOURCES, failure.get().getReason(), failure.get().getMessage());
        } else if (late.isPresent()) {
            conditions.markFalse(RESOURCES, late.get().getReason(), late.get().getMessage());
        } else if (!failed(conditions)) {
            // what went wrong stays visible until a pod comes up, or something else does
            conditions.markUnknown(RESOURCES, "Deploying", null);
            if (!conditions.status(CONTAINER).equals("True")) {
                conditions.markUnknown(CONTAINER, "Deploying", null);
            }
        }
    }

    /** Kubernetes makes the account {@code default} a moment after its namespace: until then no pod can be created. */
    private static boolean isOfAYoungNamespace(DeploymentCondition failure) {
        var message = failure.getMessage();
        return message != null && YOUNG_NAMESPACE.matcher(message).find();
    }

    /** Whether the build is done well; otherwise says where it is. */
    static boolean built(AwaitedBuild.State build, ConditionSet conditions) {
        return switch (build) {
            case AwaitedBuild.State.Succeeded(Optional<String> _) -> {
                conditions.markTrue(BUILD);
                yield true;
            }
            case AwaitedBuild.State.Failed(String reason, String message) -> {
                conditions.markFalse(BUILD, reason, message);
                yield false;
            }
            case AwaitedBuild.State.Unfollowed(String message) -> {
                conditions.markUnknown(BUILD, "BuildKindMissing", message);
                yield false;
            }
            case AwaitedBuild.State.Running(String reason, String message) -> {
                conditions.markUnknown(BUILD, reason, message);
                yield false;
            }
        };
    }

    /** A registry has not said yet which images these are; one that had none stays so until it says otherwise. */
    static void resolving(ConditionSet conditions) {
        if (!failed(conditions)) {
            conditions.markUnknown(RESOURCES, "ResolvingDigests", null);
            conditions.markUnknown(CONTAINER, "ResolvingDigests", null);
        }
    }

    /** What went wrong before says nothing any more. */
    static void again(ConditionSet conditions) {
        conditions.markUnknown(RESOURCES, "Deploying", null);
        conditions.markUnknown(CONTAINER, "Deploying", null);
    }

    /** There is a Deployment: why there was none says nothing any more, and no pod needs to come up to show that. */
    static void deployed(ConditionSet conditions) {
        var reason = conditions.get(RESOURCES).map(Condition::reason);
        if (reason.filter(r -> r.equals(CREATION_FAILED) || r.equals(NOT_OWNED)).isPresent()) {
            conditions.markUnknown(RESOURCES, "Deploying", null);
        }
    }

    static RevisionStatus withDigests(
            RevisionStatus status, List<ContainerDigest> containers, List<ContainerDigest> initContainers) {
        return new RevisionStatus(
                status.observedGeneration(),
                status.conditions(),
                status.annotations(),
                status.logUrl(),
                containers,
                initContainers,
                status.actualReplicas(),
                status.desiredReplicas());
    }

    private static void active(ConditionSet conditions, ScaleView view) {
        switch (view.state()) {
            case ACTIVE -> conditions.markTrue(ACTIVE);
            case ACTIVATING ->
                conditions.markUnknown(
                        ACTIVE,
                        view.initialized() ? "Queued" : "Deploying",
                        view.initialized()
                                ? "Requests to the target are being buffered as resources are provisioned."
                                : null);
            case INACTIVE ->
                conditions.markFalse(
                        ACTIVE,
                        view.timedOut() ? "TimedOut" : "NoTraffic",
                        view.timedOut()
                                ? "The target could not be activated."
                                : "The target is not receiving traffic.");
        }
    }

    private static void trouble(ConditionSet conditions, PodTrouble trouble) {
        var type = trouble.container() ? CONTAINER : RESOURCES;
        if (trouble.lasting()) {
            conditions.markFalse(type, trouble.reason(), trouble.message());
        } else if (!conditions.status(type).equals("False")) {
            conditions.markUnknown(type, trouble.reason(), trouble.message());
        }
    }

    private static boolean failed(ConditionSet conditions) {
        return conditions.status(CONTAINER).equals("False")
                || conditions.status(RESOURCES).equals("False");
    }

    private static Optional<DeploymentCondition> condition(Deployment deployment, String type, String status) {
        boolean current = deployment.getStatus() != null
                && Objects.equals(
                        deployment.getStatus().getObservedGeneration(),
                        deployment.getMetadata().getGeneration());
        var all = !current ? null : deployment.getStatus().getConditions();
        return list(all).stream()
                .filter(c -> type.equals(c.getType()) && status.equals(c.getStatus()))
                .findFirst();
    }

    private static List<DeploymentCondition> list(@Nullable List<DeploymentCondition> conditions) {
        return conditions == null ? List.of() : conditions;
    }

    private RevisionState() {}
}
