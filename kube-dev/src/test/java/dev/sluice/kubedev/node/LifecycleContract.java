package dev.sluice.kubedev.node;

import static dev.sluice.kubedev.node.PodBench.container;
import static dev.sluice.kubedev.node.PodBench.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Probes, hooks, the end of pods, their logs and their network. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
abstract class LifecycleContract {

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
    void readinessFollowsItsProbe() {
        Pod pod = pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "sleep 15; touch /ok; sleep 15; rm /ok; sleep 3600"]
                  readinessProbe: {exec: {command: [test, -e, /ok]}, periodSeconds: 1, failureThreshold: 1}
                """);
        Pod before = pods.until(pod, p -> Boolean.TRUE.equals(container(p, "a").getStarted()));
        assertThat(container(before, "a").getReady()).isFalse();
        pods.until(pod, PodBench::ready);
        Pod after = pods.until(pod, p -> !ready(p));
        assertThat(container(after, "a").getRestartCount()).isZero();
        assertThat(pods.untilEvent(pod, "Unhealthy").getMessage()).startsWith("Readiness probe failed");
    }

    @Test
    void aContainerThatFailsItsLivenessProbeIsRestarted() {
        Pod pod = pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "sleep 3600"]
                  livenessProbe: {exec: {command: ["false"]}, periodSeconds: 1, failureThreshold: 2}
                """);
        Pod restarted = pods.until(
                pod,
                p -> container(p, "a").getRestartCount() != null
                        && container(p, "a").getRestartCount() > 0);
        assertThat(container(restarted, "a").getLastState().getTerminated().getExitCode())
                .isEqualTo(137);
        assertThat(pods.untilEvent(pod, "Killing").getMessage())
                .isEqualTo("Container a failed liveness probe, will be restarted");
    }

    @Test
    void aStartupProbeHoldsBackTheOthers() {
        Pod pod = pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "sleep 15; touch /up; sleep 3600"]
                  startupProbe: {exec: {command: [test, -e, /up]}, periodSeconds: 1, failureThreshold: 60}
                  livenessProbe: {exec: {command: [test, -e, /up]}, periodSeconds: 1, failureThreshold: 1}
                """);
        Pod running = pods.until(
                pod,
                p -> container(p, "a").getState() != null
                        && container(p, "a").getState().getRunning() != null);
        assertThat(container(running, "a").getStarted()).isFalse();
        Pod up = pods.until(pod, PodBench::ready);
        assertThat(container(up, "a").getRestartCount()).isZero();
    }

    @Test
    void httpAndTcpProbesReachThePod() {
        Pod pod = pods.until(pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: ECHO
                  ports: [{name: web, containerPort: 8080}]
                  readinessProbe: {httpGet: {path: /, port: web}, periodSeconds: 1}
                  livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 60}
                """), PodBench::ready);
        assertThat(container(pod, "a").getRestartCount()).isZero();
    }

    @Test
    void aPodAnswersAtItsAddress() throws Exception {
        Pod pod = pods.until(pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: ECHO
                  readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
                """), PodBench::ready);
        var request = HttpRequest.newBuilder(
                        URI.create("http://" + pod.getStatus().getPodIP() + ":8080/"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aDeletedPodMayFinishItsWork() {
        Pod pod = pods.until(pods.create("""
                terminationGracePeriodSeconds: 30
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "trap 'echo bye; exit 0' TERM; echo up; while true; do sleep 0.1; done"]}
                """), PodBench::ready);
        var seen = new ByteArrayOutputStream();
        try (LogWatch _ = follow(pod, seen)) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> seen.toString(StandardCharsets.UTF_8).contains("up"));
            Instant start = Instant.now();
            pods.delete(pod);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> seen.toString(StandardCharsets.UTF_8).contains("bye"));
            pods.untilGone(pod);
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(25));
        }
        assertThat(pods.untilEvent(pod, "Killing").getMessage()).isEqualTo("Stopping container a");
    }

    @Test
    void aDeafPodIsKilledAfterItsGracePeriod() {
        Pod pod = pods.until(pods.create("""
                terminationGracePeriodSeconds: 3
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "trap '' TERM; while true; do sleep 0.1; done"]}
                """), PodBench::ready);
        Instant start = Instant.now();
        pods.delete(pod);
        pods.untilGone(pod);
        assertThat(Duration.between(start, Instant.now())).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(25));
    }

    @Test
    void theStopHookComesBeforeTheSignal() {
        Pod pod = pods.until(pods.create("""
                terminationGracePeriodSeconds: 20
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "trap 'cat /hook; exit 0' TERM; echo up; while true; do sleep 0.1; done"]
                  lifecycle: {preStop: {exec: {command: [sh, -c, "sleep 1; echo hooked > /hook"]}}}
                """), PodBench::ready);
        var seen = new ByteArrayOutputStream();
        try (LogWatch _ = follow(pod, seen)) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> seen.toString(StandardCharsets.UTF_8).contains("up"));
            pods.delete(pod);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> seen.toString(StandardCharsets.UTF_8).contains("hooked"));
        }
        pods.untilGone(pod);
    }

    @Test
    void theStartHookRunsInTheContainer() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "while ! test -e /hook; do sleep 0.1; done; cat /hook"]
                  lifecycle: {postStart: {exec: {command: [sh, -c, "echo started > /h; mv /h /hook"]}}}
                """));
        assertThat(pods.log(pod)).isEqualTo("started\n");
    }

    @Test
    void aFailingStartHookRestartsTheContainer() {
        Pod pod = pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - name: a
                  image: SHELL
                  command: [sleep, "3600"]
                  lifecycle: {postStart: {exec: {command: ["false"]}}}
                """);
        pods.until(
                pod,
                p -> container(p, "a").getRestartCount() != null
                        && container(p, "a").getRestartCount() > 0);
        pods.untilEvent(pod, "FailedPostStartHook");
    }

    @Test
    void logsAreCutAndStampedOnRequest() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "echo one; echo two; echo -n three"]}
                """));
        var log = pods.client
                .pods()
                .inNamespace(pods.namespace)
                .withName(pod.getMetadata().getName());
        assertThat(log.tailingLines(2).getLog()).isEqualTo("two\nthree");
        assertThat(log.usingTimestamps().getLog().lines()).allMatch(l -> l.matches("\\d{4}-\\d\\d-\\d\\dT\\S+Z .*"));
        assertThat(log.limitBytes(5).getLog()).isEqualTo("one\nt");
        assertThat(log.sinceSeconds(3600).getLog()).startsWith("one");
    }

    @Test
    void theLogBeforeARestartCanBeRead() {
        Pod pod = pods.create("""
                restartPolicy: OnFailure
                terminationGracePeriodSeconds: 1
                volumes: [{name: v, emptyDir: {}}]
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "test -e /v/seen && echo second && sleep 3600; touch /v/seen; echo first; exit 1"]
                  volumeMounts: [{name: v, mountPath: /v}]
                """);
        pods.until(pod, p -> Integer.valueOf(1).equals(container(p, "a").getRestartCount()) && ready(p));
        var log = pods.client
                .pods()
                .inNamespace(pods.namespace)
                .withName(pod.getMetadata().getName());
        assertThat(log.getLog()).isEqualTo("second\n");
        assertThat(log.terminated().getLog()).isEqualTo("first\n");
    }

    @Test
    void aChangedConfigMapReachesTheRunningPod() {
        String map = pods.configMap(Map.of("k", "old"));
        Pod pod = pods.create("""
                restartPolicy: Never
                volumes: [{name: m, configMap: {name: MAP}}]
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "while ! grep -q new /m/k; do sleep 0.2; done; cat /m/k"]
                  volumeMounts: [{name: m, mountPath: /m}]
                """.replace("MAP", map));
        pods.until(pod, PodBench::ready);
        pods.configMap(map, Map.of("k", "new"));
        // a kubelet looks once a minute or so
        Pod done = pods.until(
                pod,
                Duration.ofMinutes(3),
                p -> "Succeeded".equals(p.getStatus().getPhase()));
        assertThat(pods.log(done)).isEqualTo("new");
    }

    private LogWatch follow(Pod pod, ByteArrayOutputStream into) {
        return pods.client
                .pods()
                .inNamespace(pods.namespace)
                .withName(pod.getMetadata().getName())
                .watchLog(into);
    }
}
