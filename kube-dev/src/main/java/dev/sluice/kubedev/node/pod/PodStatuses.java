package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pod's status, in a kubelet's words, from what its containers do. */
final class PodStatuses {

    private PodStatuses() {}

    /** What the status is made of besides the containers. */
    record Facts(
            List<ContainerRecord> init,
            List<ContainerRecord> regular,
            Optional<String> podAddress,
            String hostAddress,
            Instant startTime,
            Optional<String> failureReason,
            Optional<String> failureMessage) {}

    static PodStatus build(Pod pod, PodStatus before, Facts facts, Instant now) {
        String phase = facts.failureReason().isPresent() ? "Failed" : phase(pod, facts);
        List<ContainerStatus> regular = facts.regular().stream()
                .sorted(Comparator.comparing(ContainerRecord::name))
                .map(PodStatuses::status)
                .toList();
        PodStatusBuilder status = new PodStatusBuilder()
                .withPhase(phase)
                .withHostIP(facts.hostAddress())
                .withStartTime(facts.startTime().truncatedTo(ChronoUnit.SECONDS).toString())
                .withObservedGeneration(before.getObservedGeneration())
                .withQosClass(before.getQosClass())
                .withReason(facts.failureReason().orElse(null))
                .withMessage(facts.failureMessage().orElse(null))
                .withContainerStatuses(regular)
                .withInitContainerStatuses(
                        facts.init().stream().map(PodStatuses::status).toList())
                .withConditions(conditions(pod, before, facts, phase, now));
        status.addNewHostIP(facts.hostAddress());
        facts.podAddress().ifPresent(a -> status.withPodIP(a).withPodIPs(new PodIP(a)));
        return status.build();
    }

    static String phase(Pod pod, Facts facts) {
        int pendingInit = 0;
        for (ContainerRecord c : facts.init()) {
            if (c.kind == ContainerRecord.Kind.SIDECAR) {
                pendingInit += c.started || facts.regular().stream().anyMatch(r -> r.everCreated) ? 0 : 1;
            } else if (!c.succeeded()) {
                if (c.terminated != null && neverRestarts(pod)) {
                    return "Failed";
                }
                pendingInit++;
            }
        }
        int waiting = 0;
        int running = 0;
        int stopped = 0;
        int succeeded = 0;
        for (ContainerRecord c : facts.regular()) {
            if (c.running != null) {
                running++;
            } else if (c.terminated != null) {
                stopped++;
                succeeded += c.succeeded() ? 1 : 0;
            } else if (c.last != null) {
                stopped++;
            } else {
                waiting++;
            }
        }
        String policy = Optional.ofNullable(pod.getSpec().getRestartPolicy()).orElse("Always");
        if (pendingInit > 0 || waiting > 0) {
            return "Pending";
        }
        if (running > 0 || policy.equals("Always")) {
            return "Running";
        }
        if (stopped == succeeded) {
            return "Succeeded";
        }
        return policy.equals("Never") ? "Failed" : "Running";
    }

    static boolean neverRestarts(Pod pod) {
        return "Never".equals(pod.getSpec().getRestartPolicy());
    }

    private static ContainerStatus status(ContainerRecord c) {
        var status = new ContainerStatusBuilder()
                .withName(c.name())
                .withImage(c.image)
                .withImageID(c.imageId)
                .withContainerID(c.containerId.isEmpty() ? null : c.containerId)
                .withRestartCount(c.restartCount)
                .withReady(c.ready)
                .withStarted(c.started)
                .withState(state(c));
        if (c.last != null) {
            status.withNewLastState().withTerminated(c.last).endLastState();
        } else {
            status.withNewLastState().endLastState();
        }
        return status.build();
    }

    private static ContainerState state(ContainerRecord c) {
        var state = new ContainerStateBuilder();
        ContainerRecord.Running running = c.running;
        if (running != null) {
            return state.withNewRunning(
                            running.since.truncatedTo(ChronoUnit.SECONDS).toString())
                    .build();
        }
        if (c.terminated != null) {
            return state.withTerminated(c.terminated).build();
        }
        return state.withNewWaiting(c.waitingMessage, c.waitingReason).build();
    }

    private static List<PodCondition> conditions(Pod pod, PodStatus before, Facts facts, String phase, Instant now) {
        Map<String, PodCondition> all = new LinkedHashMap<>();
        Optional.ofNullable(before.getConditions()).orElse(List.of()).forEach(c -> all.put(c.getType(), c));
        boolean done = phase.equals("Succeeded") || phase.equals("Failed");
        String doneReason = phase.equals("Succeeded") ? "PodCompleted" : "PodFailed";
        boolean alive = facts.podAddress().isPresent() && !done;
        put(all, now, "PodReadyToStartContainers", alive, null, null);

        List<String> uninitialised = facts.init().stream()
                .filter(c -> c.kind == ContainerRecord.Kind.SIDECAR ? !c.started : !c.succeeded())
                .map(ContainerRecord::name)
                .toList();
        if (phase.equals("Succeeded")) {
            put(all, now, "Initialized", true, "PodCompleted", null);
        } else if (uninitialised.isEmpty()) {
            put(all, now, "Initialized", true, null, null);
        } else {
            put(
                    all,
                    now,
                    "Initialized",
                    false,
                    "ContainersNotInitialized",
                    "containers with incomplete status: " + list(uninitialised));
        }

        List<String> unready = new ArrayList<>();
        facts.init().stream()
                .filter(c -> c.kind == ContainerRecord.Kind.SIDECAR && !c.ready)
                .forEach(c -> unready.add(c.name()));
        facts.regular().stream().filter(c -> !c.ready).forEach(c -> unready.add(c.name()));
        String unreadyText = "containers with unready status: " + list(unready);
        List<String> closedGates = Optional.ofNullable(pod.getSpec().getReadinessGates()).orElse(List.of()).stream()
                .map(PodReadinessGate::getConditionType)
                .filter(t -> !"True"
                        .equals(Optional.ofNullable(all.get(t))
                                .map(PodCondition::getStatus)
                                .orElse("False")))
                .toList();
        if (done) {
            put(all, now, "Ready", false, doneReason, null);
            put(all, now, "ContainersReady", false, doneReason, null);
        } else if (!unready.isEmpty()) {
            put(all, now, "Ready", false, "ContainersNotReady", unreadyText);
            put(all, now, "ContainersReady", false, "ContainersNotReady", unreadyText);
        } else {
            if (closedGates.isEmpty()) {
                put(all, now, "Ready", true, null, null);
            } else {
                String text = "the status of pod readiness gate \"" + closedGates.getFirst()
                        + "\" is not \"True\", but False";
                put(all, now, "Ready", false, "ReadinessGatesNotReady", text);
            }
            put(all, now, "ContainersReady", true, null, null);
        }
        put(all, now, "PodScheduled", true, null, null);
        return List.copyOf(all.values());
    }

    private static String list(List<String> names) {
        return "[" + String.join(" ", names) + "]";
    }

    private static void put(
            Map<String, PodCondition> all,
            Instant now,
            String type,
            boolean holds,
            @Nullable String reason,
            @Nullable String message) {
        PodCondition before = all.get(type);
        String status = holds ? "True" : "False";
        String since = before != null && status.equals(before.getStatus())
                ? before.getLastTransitionTime()
                : now.truncatedTo(ChronoUnit.SECONDS).toString();
        all.put(
                type,
                new PodConditionBuilder()
                        .withType(type)
                        .withStatus(status)
                        .withReason(reason)
                        .withMessage(message)
                        .withObservedGeneration(before == null ? null : before.getObservedGeneration())
                        .withLastTransitionTime(since)
                        .build());
    }
}
