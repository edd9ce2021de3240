package dev.sluice.serving.autoscale;

import dev.sluice.api.autoscaling.AutoscalingKeys;
import dev.sluice.api.autoscaling.PodAutoscaler;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.serving.cluster.Meta;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRulesBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerSpecBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpecBuilder;
import java.util.Objects;

/** The HorizontalPodAutoscaler that scales a revision of class {@code hpa} (spec/serving.md section 2.7). Pure. */
final class HorizontalScaling {
    static HorizontalPodAutoscaler of(PodAutoscaler pa, ScalingSpec scaling) {
        var annotations = Meta.annotations(pa);
        var target = Objects.requireNonNull(pa.getSpec().scaleTargetRef());
        var spec = new HorizontalPodAutoscalerSpecBuilder()
                .withNewScaleTargetRef(target.apiVersion(), target.kind(), target.name())
                .withMaxReplicas(scaling.maxScale() > 0 ? scaling.maxScale() : Integer.MAX_VALUE);
        int min = scaling.reachable() ? scaling.minScale() : 0;
        if (min > 0) {
            spec.withMinReplicas(min);
        }
        var metric = AutoscalingKeys.METRIC.in(annotations).orElse("cpu");
        AutoscalingKeys.TARGET
                .in(annotations)
                .ifPresent(text -> spec.withMetrics(metric(metric, Double.parseDouble(text))));
        if (AutoscalingKeys.WINDOW.in(annotations).isPresent()) {
            var rules = new HPAScalingRulesBuilder()
                    .withStabilizationWindowSeconds((int) scaling.stableWindow().toSeconds())
                    .build();
            spec.withNewBehavior().withScaleUp(rules).withScaleDown(rules).endBehavior();
        }
        return new HorizontalPodAutoscalerBuilder()
                .withMetadata(Meta.child(pa.getMetadata().getName(), pa, Meta.labels(pa), annotations)
                        .build())
                .withSpec(spec.build())
                .build();
    }

    /** {@code wanted} with what the API server adds to it, as it stands in {@code existing}. */
    static HorizontalPodAutoscalerSpec defaulted(HorizontalPodAutoscaler wanted, HorizontalPodAutoscaler existing) {
        var spec = new HorizontalPodAutoscalerSpecBuilder(wanted.getSpec());
        if (wanted.getSpec().getMinReplicas() == null) {
            spec.withMinReplicas(1);
        }
        var there = existing.getSpec();
        if (wanted.getSpec().getMetrics().isEmpty()) {
            spec.withMetrics(there.getMetrics());
        }
        var wantedBehavior = wanted.getSpec().getBehavior();
        var behavior = there.getBehavior();
        if (behavior != null
                && (wantedBehavior == null
                        || (behavior.getScaleUp() != null
                                && behavior.getScaleDown() != null
                                && Objects.equals(
                                        behavior.getScaleUp().getStabilizationWindowSeconds(),
                                        wantedBehavior.getScaleUp().getStabilizationWindowSeconds())
                                && Objects.equals(
                                        behavior.getScaleDown().getStabilizationWindowSeconds(),
                                        wantedBehavior.getScaleDown().getStabilizationWindowSeconds())))) {
            spec.withBehavior(behavior); // with policies, and on newer clusters a tolerance
        }
        return spec.build();
    }

    private static MetricSpec metric(String name, double target) {
        return switch (name) {
            case "cpu" ->
                new MetricSpecBuilder()
                        .withType("Resource")
                        .withNewResource()
                        .withName(name)
                        .withNewTarget()
                        .withType("Utilization")
                        .withAverageUtilization((int) Math.ceil(target))
                        .endTarget()
                        .endResource()
                        .build();
            case "memory" ->
                new MetricSpecBuilder()
                        .withType("Resource")
                        .withNewResource()
                        .withName(name)
                        .withNewTarget()
                        .withType("AverageValue")
                        .withAverageValue(new Quantity((long) target + "Mi"))
                        .endTarget()
                        .endResource()
                        .build();
            default ->
                new MetricSpecBuilder()
                        .withType("Pods")
                        .withNewPods()
                        .withNewMetric()
                        .withName(name)
                        .endMetric()
                        .withNewTarget()
                        .withType("AverageValue")
                        .withAverageValue(new Quantity(Long.toString((long) Math.ceil(target))))
                        .endTarget()
                        .endPods()
                        .build();
        };
    }

    private HorizontalScaling() {}
}
