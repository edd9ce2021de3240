package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.autoscale.ScalingSpec.Metric;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.serving.RevisionScale;
import dev.sluice.serving.autoscale.ScaleNumbers;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleMetricsTest {
    private static final String LABELS =
            "{configuration_name=\"app\",namespace_name=\"ns\",revision_name=\"app-00001\",service_name=\"app\"}";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<RevisionScale> scales = new ArrayList<>();
    private final ScaleMetrics metrics = new ScaleMetrics(registry, () -> scales);

    private static RevisionScale scale(Metric metric, int desired) {
        return new RevisionScale(
                "app",
                "app",
                new ScaleNumbers(
                        new RevisionId("ns", "app-00001"),
                        desired,
                        2,
                        1,
                        new ScaleNumbers.Load(metric, 150.5, 300, 70, -5, true)));
    }

    private String page() {
        metrics.refresh();
        return registry.scrape();
    }

    @Test
    void hasKnativesNamesAndLabels() {
        scales.add(scale(Metric.CONCURRENCY, 3));
        assertThat(page().lines().filter(line -> !line.startsWith("#")))
                .containsExactlyInAnyOrder(
                        "autoscaler_desired_pods" + LABELS + " 3.0",
                        "autoscaler_requested_pods" + LABELS + " 2.0",
                        "autoscaler_actual_pods" + LABELS + " 1.0",
                        "autoscaler_excess_burst_capacity" + LABELS + " -5.0",
                        "autoscaler_panic_mode" + LABELS + " 1.0",
                        "autoscaler_stable_request_concurrency" + LABELS + " 150.5",
                        "autoscaler_panic_request_concurrency" + LABELS + " 300.0",
                        "autoscaler_target_concurrency_per_pod" + LABELS + " 70.0");
    }

    @Test
    void countsRequestsPerSecondWhereTheRevisionDoes() {
        scales.add(scale(Metric.RPS, 3));
        assertThat(page())
                .contains("autoscaler_stable_requests_per_second" + LABELS + " 150.5")
                .contains("autoscaler_panic_requests_per_second" + LABELS + " 300.0")
                .contains("autoscaler_target_requests_per_second" + LABELS + " 70.0")
                .doesNotContain("autoscaler_stable_request_concurrency{");
    }

    @Test
    void followsARevisionUntilItIsGone() {
        scales.add(scale(Metric.CONCURRENCY, 3));
        assertThat(page()).contains("autoscaler_desired_pods" + LABELS + " 3.0");
        scales.set(0, scale(Metric.CONCURRENCY, 4));
        assertThat(page()).contains("autoscaler_desired_pods" + LABELS + " 4.0");
        scales.clear();
        assertThat(page()).doesNotContain("app-00001");
    }
}
