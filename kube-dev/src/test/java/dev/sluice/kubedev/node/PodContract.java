package dev.sluice.kubedev.node;

import static dev.sluice.kubedev.node.PodBench.condition;
import static dev.sluice.kubedev.node.PodBench.container;
import static dev.sluice.kubedev.node.PodBench.ready;
import static dev.sluice.kubedev.node.PodBench.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How pods start, run, fail, restart and end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
abstract class PodContract {

    PodBench pods;

    abstract PodBench bench();

    @BeforeAll
    void open() {
        pods = bench();
    }

    @AfterAll
    void shut() {
        pods.close();
    }

    @Test
    void aPodThatEndsWellHasSucceeded() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "echo done"]}
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Succeeded");
        var status = container(pod, "a");
        assertThat(status.getState().getTerminated().getReason()).isEqualTo("Completed");
        assertThat(status.getState().getTerminated().getExitCode()).isZero();
        assertThat(status.getReady()).isFalse();
        assertThat(status.getImageID()).contains("@sha256:");
        assertThat(condition(pod, "Ready").getReason()).isEqualTo("PodCompleted");
        assertThat(condition(pod, "Initialized").getStatus()).isEqualTo("True");
        assertThat(pods.log(pod)).isEqualTo("done\n");
        // a kubelet takes the sandbox down after it has told the phase
        pods.until(
                pod, p -> condition(p, "PodReadyToStartContainers").getStatus().equals("False"));
    }

    @Test
    void aPodThatFailsAndNeverRestartsHasFailed() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "exit 3"]}
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Failed");
        assertThat(container(pod, "a").getState().getTerminated().getReason()).isEqualTo("Error");
        assertThat(container(pod, "a").getState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(condition(pod, "Ready").getReason()).isEqualTo("PodFailed");
    }

    @Test
    void aPodFailsWhenOneOfItsContainersDid() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "exit 0"]}
                - {name: b, image: SHELL, command: [sh, -c, "exit 4"]}
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Failed");
        assertThat(container(pod, "a").getState().getTerminated().getReason()).isEqualTo("Completed");
    }

    @Test
    void onFailureRestartsUntilItSucceeds() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: OnFailure
                volumes: [{name: v, emptyDir: {}}]
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "test -e /v/seen && exit 0; touch /v/seen; exit 1"]
                  volumeMounts: [{name: v, mountPath: /v}]
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Succeeded");
        assertThat(container(pod, "a").getRestartCount()).isEqualTo(1);
    }

    @Test
    void theSecondCrashWaitsInCrashLoopBackOff() {
        Pod pod = pods.until(pods.create("""
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "echo once; exit 1"]}
                """), p -> waits(p, "CrashLoopBackOff"));
        var status = container(pod, "a");
        assertThat(status.getRestartCount()).isBetween(1, 3); // a slow machine may tell of a later crash first
        assertThat(status.getState().getWaiting().getMessage())
                .startsWith(
                        "back-off " + (10 << (status.getRestartCount() - 1)) + "s restarting failed container=a pod="
                                + pod.getMetadata().getName() + "_");
        assertThat(status.getLastState().getTerminated().getExitCode()).isEqualTo(1);
        assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
        assertThat(condition(pod, "Ready").getReason()).isEqualTo("ContainersNotReady");
        assertThat(condition(pod, "Ready").getMessage()).isEqualTo("containers with unready status: [a]");
        assertThat(pods.untilEvent(pod, "BackOff").getMessage())
                .startsWith("Back-off restarting failed container a in pod");
    }

    @Test
    void aMissingImageIsTriedAgainAfterABackOff() {
        Pod pod = pods.until(pods.create("""
                containers:
                - {name: a, image: MISSING}
                """), p -> waits(p, "ImagePullBackOff"));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(container(pod, "a").getState().getWaiting().getMessage()).startsWith("Back-off pulling image");
        pods.untilEvent(pod, "BackOff");
        assertThat(pods.events(pod).stream()
                        .filter(e -> e.getReason().equals("Failed"))
                        .map(e -> e.getMessage()))
                .anyMatch(m -> m.startsWith("Failed to pull image") && m.contains("not found"))
                .contains("Error: ErrImagePull");
    }

    @Test
    void aWrongImageNameIsCalledInvalid() {
        pods.until(pods.create("""
                containers:
                - {name: a, image: "Not/A Name"}
                """), p -> waits(p, "InvalidImageName"));
    }

    @Test
    void neverPullSaysSo() {
        pods.until(pods.create("""
                containers:
                - {name: a, image: MISSING, imagePullPolicy: Never}
                """), p -> waits(p, "ErrImageNeverPull"));
    }

    @Test
    void aMissingProgramIsAStartError() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [nosuchprogram]}
                """));
        var terminated = container(pod, "a").getState().getTerminated();
        assertThat(terminated.getReason()).isEqualTo("StartError");
        assertThat(terminated.getExitCode()).isEqualTo(128);
        assertThat(terminated.getMessage()).contains("executable file not found in $PATH");
    }

    @Test
    void initContainersRunInOrderBeforeTheOthers() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                volumes: [{name: v, emptyDir: {}}]
                initContainers:
                - {name: one, image: SHELL, command: [sh, -c, "echo one >> /v/log"], volumeMounts: [{name: v, mountPath: /v}]}
                - {name: two, image: SHELL, command: [sh, -c, "echo two >> /v/log"], volumeMounts: [{name: v, mountPath: /v}]}
                containers:
                - {name: a, image: SHELL, command: [cat, /v/log], volumeMounts: [{name: v, mountPath: /v}]}
                """));
        assertThat(pods.log(pod)).isEqualTo("one\ntwo\n");
        assertThat(container(pod, "two").getState().getTerminated().getReason()).isEqualTo("Completed");
        assertThat(container(pod, "two").getReady()).isTrue();
    }

    @Test
    void containersWaitInPodInitializing() {
        Pod pod = pods.until(
                pods.create("""
                terminationGracePeriodSeconds: 1
                initContainers:
                - {name: i, image: SHELL, command: [sleep, "3600"]}
                containers:
                - {name: a, image: SHELL, command: [sleep, "3600"]}
                """),
                p -> container(p, "i").getState() != null
                        && container(p, "i").getState().getRunning() != null);
        assertThat(waits(pod, "PodInitializing")).isTrue();
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(condition(pod, "Initialized").getStatus()).isEqualTo("False");
        assertThat(condition(pod, "Initialized").getReason()).isEqualTo("ContainersNotInitialized");
        assertThat(condition(pod, "Initialized").getMessage()).isEqualTo("containers with incomplete status: [i]");
    }

    @Test
    void aFailedInitContainerFailsAPodThatNeverRestarts() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                initContainers:
                - {name: i, image: SHELL, command: [sh, -c, "exit 5"]}
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "echo never"]}
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Failed");
        assertThat(container(pod, "i").getState().getTerminated().getExitCode()).isEqualTo(5);
        assertThat(container(pod, "a").getState().getTerminated()).isNull();
    }

    @Test
    void aSidecarRunsBesideTheOthersAndEndsWithThem() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                terminationGracePeriodSeconds: 2
                volumes: [{name: v, emptyDir: {}}]
                initContainers:
                - name: side
                  image: SHELL
                  restartPolicy: Always
                  command: [sh, -c, "trap 'exit 0' TERM; touch /v/up; while true; do sleep 0.1; done"]
                  volumeMounts: [{name: v, mountPath: /v}]
                  startupProbe: {exec: {command: [test, -e, /v/up]}, periodSeconds: 1}
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "test -e /v/up"], volumeMounts: [{name: v, mountPath: /v}]}
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Succeeded");
        assertThat(container(pod, "a").getState().getTerminated().getExitCode()).isZero();
    }

    @Test
    void aDeadlineFailsThePod() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                activeDeadlineSeconds: 2
                terminationGracePeriodSeconds: 1
                containers:
                - {name: a, image: SHELL, command: [sleep, "3600"]}
                """));
        assertThat(pod.getStatus().getPhase()).isEqualTo("Failed");
        assertThat(pod.getStatus().getReason()).isEqualTo("DeadlineExceeded");
    }

    @Test
    void whatIsWrittenToTheTerminationPathIsTheLastMessage() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "echo -n farewell > /dev/termination-log; exit 2"]}
                """));
        assertThat(container(pod, "a").getState().getTerminated().getMessage()).isEqualTo("farewell");
    }

    @Test
    void theEndOfTheLogIsTheLastMessageOnRequest() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "echo it broke; exit 2"], terminationMessagePolicy: FallbackToLogsOnError}
                """));
        assertThat(container(pod, "a").getState().getTerminated().getMessage()).contains("it broke");
    }

    @Test
    void aContainerOverItsMemoryLimitIsKilled() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done"]
                  resources: {limits: {memory: 24Mi}}
                """));
        assertThat(container(pod, "a").getState().getTerminated().getReason()).isEqualTo("OOMKilled");
        assertThat(container(pod, "a").getState().getTerminated().getExitCode()).isEqualTo(137);
    }

    @Test
    void aPodForAnotherNodeIsUnschedulable() {
        Pod pod = pods.until(
                pods.create("""
                nodeSelector: {sluice.dev/nowhere: "true"}
                containers:
                - {name: a, image: SHELL, command: [sh]}
                """),
                p -> "False".equals(condition(p, "PodScheduled").getStatus()));
        assertThat(condition(pod, "PodScheduled").getReason()).isEqualTo("Unschedulable");
        assertThat(condition(pod, "PodScheduled").getMessage())
                .startsWith("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector");
        assertThat(pods.untilEvent(pod, "FailedScheduling").getType()).isEqualTo("Warning");
    }

    @Test
    void aPodThatAsksForTooMuchIsUnschedulable() {
        Pod pod = pods.until(
                pods.create("""
                containers:
                - {name: a, image: SHELL, command: [sh], resources: {requests: {cpu: "5000"}}}
                """),
                p -> "False".equals(condition(p, "PodScheduled").getStatus()));
        assertThat(condition(pod, "PodScheduled").getMessage())
                .startsWith("0/1 nodes are available: 1 Insufficient cpu");
    }

    @Test
    void aRunningPodIsReadyWithAnAddress() {
        Pod pod = pods.until(pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - {name: a, image: SHELL, command: [sleep, "3600"]}
                """), PodBench::ready);
        assertThat(ready(pod)).isTrue();
        assertThat(pod.getStatus().getPodIP()).isNotEmpty();
        assertThat(pod.getStatus().getHostIP()).isNotEmpty();
        assertThat(pod.getStatus().getStartTime()).isNotEmpty();
        assertThat(container(pod, "a").getStarted()).isTrue();
        assertThat(container(pod, "a").getContainerID()).contains("://");
        for (String type :
                new String[] {"PodReadyToStartContainers", "Initialized", "ContainersReady", "PodScheduled"}) {
            assertThat(condition(pod, type).getStatus()).as(type).isEqualTo("True");
        }
        for (String reason : new String[] {"Scheduled", "Created", "Started"}) {
            pods.untilEvent(pod, reason);
        }
    }

    @Test
    void aMissingReferenceIsNamedAndHealsWhenItAppears() {
        Pod pod = pods.create("""
                restartPolicy: Never
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "echo $V"]
                  env: [{name: V, valueFrom: {configMapKeyRef: {name: later, key: k}}}]
                """);
        Pod waiting = pods.until(pod, p -> waits(p, "CreateContainerConfigError"));
        assertThat(container(waiting, "a").getState().getWaiting().getMessage())
                .isEqualTo("configmap \"later\" not found");
        pods.configMap("later", Map.of("k", "came"));
        assertThat(pods.log(pods.finished(pod))).isEqualTo("came\n");
    }
}
