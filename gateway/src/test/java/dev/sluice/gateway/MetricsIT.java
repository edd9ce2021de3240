package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dashboards that were made for Knative find their numbers under the names that they look for. */
class MetricsIT {
    private static final String LABELS = "{namespace_name=\"default\",service_name=\"hello\","
            + "configuration_name=\"hello-config\",revision_name=\"hello-00001\"";

    private static double value(String page, String series) {
        return page.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(-1);
    }

    private static String count(String name, int status) {
        return name + LABELS + ",response_code=\"" + status + "\",response_code_class=\"" + status / 100 + "xx\"}";
    }

    @Test
    void countsByAnswerAndTellsWhatWasAnsweredHereFromWhatAPodAnswered() throws Exception {
        var let = new CountDownLatch(1);
        try (var pod = new RawUpstream((head, in, out) -> {
                    if (head.startsWith("GET /hold")) {
                        let.await();
                    }
                    RawUpstream.write(
                            out,
                            head.startsWith("GET /none")
                                    ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                                    : RawUpstream.ok("hello"));
                    return true;
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var fixture = new Fixture().program(Fixture.settings(1, 0)).ready(pod)) {
            fixture.get("/");
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0); // nobody may wait
            fixture.get("/none");
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
            var held = threads.submit(() -> fixture.get("/hold"));
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 1);
            assertThat(Admin.metric(fixture, "activator_request_concurrency")).isEqualTo(1);
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 503 ");
            let.countDown();
            held.get(10, TimeUnit.SECONDS);
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);

            var page = Admin.get(fixture, "/metrics");
            for (var name : List.of("revision_request", "activator_request")) {
                assertThat(value(page, count(name + "_count", 200))).isEqualTo(2);
                assertThat(value(page, count(name + "_count", 404))).isEqualTo(1);
                assertThat(value(page, count(name + "_count", 503))).isEqualTo(1);
                assertThat(value(page, name + "_latencies_count" + LABELS + "}"))
                        .isEqualTo(4);
            }
            assertThat(value(page, count("revision_app_request_count", 200))).isEqualTo(2);
            assertThat(value(page, count("revision_app_request_count", 503))).isEqualTo(-1);
            assertThat(value(page, "revision_app_request_latencies_count" + LABELS + "}"))
                    .isEqualTo(3);
            assertThat(value(page, "sluice_revision_request_duration_seconds_count" + LABELS + "}"))
                    .isEqualTo(3);
        }
    }

    @Test
    void aWaitForAPodIsPartOfTheRequestAndNotOfWhatThePodTook() throws Exception {
        try (var pod = RawUpstream.saying("hello");
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var fixture = new Fixture().program(Fixture.settings(0, 10))) {
            var answer = threads.submit(() -> fixture.get("/"));
            await().pollDelay(200, TimeUnit.MILLISECONDS)
                    .until(() -> Admin.metric(fixture, "revision_queue_depth") == 1);
            fixture.ready(pod);
            answer.get(10, TimeUnit.SECONDS);
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);

            var page = Admin.get(fixture, "/metrics");
            double whole = value(page, "revision_request_latencies_sum" + LABELS + "}");
            double atPod = value(page, "revision_app_request_latencies_sum" + LABELS + "}");
            assertThat(whole).isGreaterThan(200);
            assertThat(atPod).isPositive().isLessThan(whole - 150);
            assertThat(value(page, "sluice_revision_request_duration_seconds_sum" + LABELS + "}"))
                    .isEqualTo(atPod / 1000);
            assertThat(value(page, "revision_request_latencies_bucket" + LABELS + ",le=\"150\"}"))
                    .isZero();
            assertThat(value(page, "revision_request_latencies_bucket" + LABELS + ",le=\"100000\"}"))
                    .isEqualTo(1);
            assertThat(value(page, "revision_request_latencies_bucket" + LABELS + ",le=\"+Inf\"}"))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"revision_request_latencies", "sluice_revision_request_duration_seconds"})
    void bucketsOnlyGrow(String name) throws Exception {
        try (var pod = RawUpstream.saying("hello");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            fixture.get("/");
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
            var buckets = Admin.get(fixture, "/metrics")
                    .lines()
                    .filter(line -> line.startsWith(name + "_bucket"))
                    .map(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                    .toList();
            assertThat(buckets).hasSizeGreaterThan(16).isSorted().endsWith(1.0);
        }
    }
}
