package dev.sluice.app.platform;

import dev.sluice.model.autoscale.ScalingSpec.Metric;
import dev.sluice.serving.RevisionScale;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What Knative's autoscaler tells of each revision, under its names; as it is when somebody looks. */
final class ScaleMetrics {
    private record Gauge(MultiGauge rows, Predicate<RevisionScale> of, ToDoubleFunction<RevisionScale> value) {}

    private final List<Gauge> gauges = new ArrayList<>();
    private final MeterRegistry registry;
    private final Supplier<List<RevisionScale>> scales;

    ScaleMetrics(MeterRegistry registry, Supplier<List<RevisionScale>> scales) {
        this.registry = registry;
        this.scales = scales;
        all("desired_pods", "Pods that the load asks for.", s -> s.numbers().desired());
        all(
                "requested_pods",
                "Pods that the Deployment asks for.",
                s -> s.numbers().requested());
        all("actual_pods", "Pods that take requests.", s -> s.numbers().actual());
        all(
                "excess_burst_capacity",
                "What could come at once without queueing.",
                s -> s.numbers().load().excessBurst());
        all("panic_mode", "1 in panic mode.", s -> s.numbers().load().panicking() ? 1 : 0);
        counting(
                Metric.CONCURRENCY,
                "stable_request_concurrency",
                "panic_request_concurrency",
                "target_concurrency_per_pod");
        counting(Metric.RPS, "stable_requests_per_second", "panic_requests_per_second", "target_requests_per_second");
    }

    /** Before the registry is read. */
    synchronized void refresh() {
        var now = scales.get();
        for (var gauge : gauges) {
            gauge.rows.register(
                    now.stream()
                            .filter(gauge.of)
                            .<MultiGauge.Row<?>>map(
                                    scale -> MultiGauge.Row.of(tags(scale), gauge.value.applyAsDouble(scale)))
                            .toList(),
                    true);
        }
    }

    private void counting(Metric metric, String stable, String panic, String target) {
        Predicate<RevisionScale> counted = s -> s.numbers().load().metric() == metric;
        add(
                stable,
                "Average over the stable window.",
                counted,
                s -> s.numbers().load().stable());
        add(
                panic,
                "Average over the panic window.",
                counted,
                s -> s.numbers().load().panic());
        add(target, "What one pod is to have.", counted, s -> s.numbers().load().target());
    }

    private void all(String name, String what, ToDoubleFunction<RevisionScale> value) {
        add(name, what, _ -> true, value);
    }

    private void add(String name, String what, Predicate<RevisionScale> of, ToDoubleFunction<RevisionScale> value) {
        var rows = MultiGauge.builder("autoscaler_" + name).description(what).register(registry);
        gauges.add(new Gauge(rows, of, value));
    }

    private static Tags tags(RevisionScale scale) {
        var revision = scale.numbers().revision();
        return Tags.of(
                "namespace_name", revision.namespace(),
                "service_name", scale.service(),
                "configuration_name", scale.configuration(),
                "revision_name", revision.name());
    }
}
