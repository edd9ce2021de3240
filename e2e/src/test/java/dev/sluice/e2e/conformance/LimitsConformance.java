package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Memory, time and concurrency end where a Service says. */
@Conformance
class LimitsConformance {
    @Test
    @Row("TestCustomResourcesLimits")
    void endsAContainerThatTakesMoreMemoryThanItMay(World world) {
        var service = world.service("bloating", "$V1", "resources: {limits: {memory: 350Mi}}")
                .ready();
        assertThat(service.get("/bloat?mb=100").status()).isEqualTo(200);
        assertThat(service.get("/bloat?mb=200").status()).isEqualTo(200);
        assertThat(service.get("/bloat?mb=500").status()).isNotEqualTo(200);
    }

    private static Thing timed(World world, String limits) {
        return world.service("""
                metadata: {name: timed}
                spec: {template: {spec: {%s, containers: [{image: $V1}]}}}
                """.formatted(limits)).ready();
    }

    @Test
    @Row("TestRevisionTimeout")
    void answers504WhenNothingCameInTimeAndLetsAnAnswerThatBeganHaveItsStatus(World world) {
        var service = timed(world, "timeoutSeconds: 8");
        assertThat(service.get("/wait?first=1000").status()).isEqualTo(200);
        var late = service.get("/wait?first=10000");
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.body()).isEqualTo("request timeout");
        assertThat(world.http().statusOf(service.url() + "/wait?first=0&then=12000"))
                .isEqualTo(200);
    }

    @Test
    @Row("e2e/TestRevisionTimeout")
    void hasLimitsForTheStartOfAnAnswerAndForSilence(World world) {
        var service = timed(world, "timeoutSeconds: 40, responseStartTimeoutSeconds: 4, idleTimeoutSeconds: 4");
        assertThat(service.get("/wait?first=500&then=6000&pieces=4").status()).isEqualTo(200);
        assertThat(service.get("/wait?first=7000").status()).isEqualTo(504);
        // silent for longer than it may be in the middle: the status is out, the rest never comes whole
        assertThat(world.http().statusOf(service.url() + "/wait?first=100&then=9000"))
                .isEqualTo(200);
    }

    @Test
    @Row("TestSingleConcurrency")
    void neverHasTwoRequestsInAContainerThatTakesOne(World world) {
        var service = world.service("""
                metadata: {name: single}
                spec:
                  template:
                    metadata: {annotations: {autoscaling.knative.dev/max-scale: "3"}}
                    spec: {containerConcurrency: 1, containers: [{image: $V1}]}
                """).ready();
        var answers = world.http().many(200, 5, service.url() + "/alone?ms=20");
        assertThat(answers).extracting(Answer::status).containsOnly(200);
    }

    @Test
    @Row("TestActivatorOverload")
    void answersAHundredAtOnceFromZeroWithAFewContainersThatTakeOneEach(World world) {
        var service = world.service("""
                metadata: {name: overrun}
                spec:
                  template:
                    metadata: {annotations: {autoscaling.knative.dev/max-scale: "4", autoscaling.knative.dev/window: 6s}}
                    spec: {containerConcurrency: 1, containers: [{image: $V1}]}
                """).ready();
        world.sleeps(service);
        var answers = world.http().many(100, 100, service.url() + "/alone?ms=100");
        assertThat(answers).extracting(Answer::status).containsOnly(200);
    }

    @Test
    @Row("TestScaleToN")
    void makesTenServicesAtOnceAndEachAnswersItsFirstRequest(World world) {
        var numbers = IntStream.range(0, 10).boxed().toList();
        var services = numbers.stream()
                .map(i -> world.service("many-" + i, "$V1", "env: [{name: N, value: 'n" + i + "'}]"))
                .toList();
        List<Answer> answers = services.parallelStream()
                .map(service -> service.ready().get("/"))
                .toList();
        assertThat(answers).extracting(Answer::ok).containsOnly(V1.message());
    }
}
