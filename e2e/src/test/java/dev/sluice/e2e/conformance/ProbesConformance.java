package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes of every kind decide when a container gets requests and when it is started again. */
@Conformance
class ProbesConformance {
    @Test
    @Row("TestLivenessWithFail")
    void startsAContainerAgainWhoseLivenessFails(World world) {
        var service = world.service(
                        "lively",
                        "$V1",
                        "livenessProbe: {httpGet: {path: /live}, periodSeconds: 1, failureThreshold: 3}",
                        "readinessProbe: {httpGet: {path: /ready}}")
                .ready();
        var pod = world.thing(Kind.POD, World.nameOf(world.list(Kind.POD).getFirst()));
        int before = restarts(pod.json()); // a slow machine may have had some while the program started
        assertThat(service.get("/fail-live").status()).isEqualTo(200);
        pod.until("started again", object -> restarts(object) > before);
        assertThat(world.http()
                        .until(service.url() + "/live", answer -> answer.status() == 200)
                        .body())
                .isEqualTo("live true");
    }

    private static int restarts(JsonNode pod) {
        return pod.at("/status/containerStatuses/0/restartCount").asInt();
    }

    @ParameterizedTest(name = "{0} every {1} s")
    @CsvSource(
            delimiter = '|',
            value = {
                "httpGet: {path: /ready}|0",
                "httpGet: {path: /ready}|1",
                "tcpSocket: {}|0",
                "tcpSocket: {}|1",
                "exec: {command: [/bin/cat, /tmp/listening]}|0",
                "exec: {command: [/bin/cat, /tmp/listening]}|1"
            })
    @Row("TestProbeRuntime")
    void isReadyOnlyWhenItsProbeSaysSo(String probe, int period, World world) {
        var service = world.service(
                        "slow",
                        "$V1",
                        "env: [{name: START_DELAY_MS, value: '3000'}, {name: READY_FILE, value: /tmp/listening}]",
                        "readinessProbe: {%s, periodSeconds: %d}".formatted(probe, period))
                .ready();
        assertThat(service.body("/")).isEqualTo(V1.message());
    }

    @ParameterizedTest(name = "every {0} s")
    @CsvSource({"0", "1"})
    @Row("TestProbeRuntimeAfterStartup")
    void getsNoMoreRequestsOnceItSaysThatItIsNotReady(int period, World world) {
        var service = world.service(
                        "faltering",
                        "$V1",
                        "readinessProbe: {httpGet: {path: /ready}, periodSeconds: %d%s}"
                                .formatted(period, period == 0 ? "" : ", failureThreshold: 1"))
                .ready();
        assertThat(service.get("/fail-ready").status()).isEqualTo(200);
        var pod = world.thing(Kind.POD, World.nameOf(world.list(Kind.POD).getFirst()));
        pod.until(
                "not ready",
                object -> Thing.condition(object, "Ready")
                        .path("status")
                        .asText("")
                        .equals("False"));
        world.http().until(() -> {
            try {
                return world.http().tryGet(service.url(), Duration.ofSeconds(1)).status() == 503;
            } catch (IOException _) {
                return true; // held, as for a revision that has no pod
            }
        });
    }

    @Test
    @Row("TestReadinessAlternatePort")
    void isProbedAtAnotherPort(World world) {
        var service = world.service(
                        "aside",
                        "$V1",
                        "env: [{name: MORE_PORTS, value: '8078'}]",
                        "readinessProbe: {httpGet: {path: /ready, port: 8078}}")
                .ready();
        assertThat(service.body("/")).isEqualTo(V1.message());
    }

    @Test
    @Row("TestReadinessPathAndQuery")
    void isProbedWithPathAndQuery(World world) {
        var service = world.service("asked", "$V1", "readinessProbe: {httpGet: {path: '/asked?probe=ok'}}")
                .ready();
        assertThat(service.body("/")).isEqualTo(V1.message());
    }

    @Test
    @Row("TestLivenessProbeAwareOfStartupProbe")
    void leavesASlowStarterAliveUntilItHasStarted(World world) {
        var service = world.service(
                        "starter",
                        "$V1",
                        "env: [{name: START_DELAY_MS, value: '4000'}]",
                        "ports: [{name: http1, containerPort: 8080}]",
                        "startupProbe: {httpGet: {path: /live, port: http1}, periodSeconds: 1, failureThreshold: 20}",
                        "livenessProbe: {httpGet: {path: /live, port: http1}, periodSeconds: 1, failureThreshold: 1}")
                .ready();
        assertThat(service.body("/")).isEqualTo(V1.message());
        assertThat(world.thing(Kind.POD, World.nameOf(world.list(Kind.POD).getFirst()))
                        .at("/status/containerStatuses/0/restartCount"))
                .isEqualTo("0");
    }
}
