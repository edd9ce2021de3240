package dev.sluice.api.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.autoscaling.AutoscalingKeys;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoscalingAnnotationsTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "min-scale=1 max-scale=3, -",
                "minScale=1 maxScale=3, -",
                "min-scale=-1, expected 0 <= -1 <= 2147483647: min-scale",
                "minScale=x, invalid value: x: minScale",
                "min-scale=99999999999, expected 0 <= 99999999999 <= 2147483647: min-scale",
                "'min-scale=4 max-scale=3', 'max-scale=3 is less than min-scale=4: max-scale, min-scale'",
                "max-scale=11, expected 1 <= 11 <= 10: max-scale",
                "max-scale=0, 'max-scale=0 (unlimited), must be less than 10: max-scale'",
                "activation-scale=1, activation-scale=1 must be greater than 1: activation-scale",
                "min-scale=3 activation-scale=2, min-scale=3 is greater than activation-scale=2: activation-scale",
                "max-scale=3 activation-scale=5, max-scale=3 is less than activation-scale=5: activation-scale",
                "initial-scale=0, invalid value: 0: @initial-scale=0 not allowed by cluster",
                "initial-scale=-2, invalid value: -2: @initial-scale must be greater than 0",
                "initialScale=two, invalid value: two: initialScale",
                "class=foo.knative.dev, invalid value: foo.knative.dev: class",
                "class=foo.example.com metric=anything, -",
                "metric=cpu, invalid value: cpu: metric",
                "class=hpa.autoscaling.knative.dev metric=cpu, -",
                "target=0.001, target 0.001 should be at least 0.01: target",
                "target=many, invalid value: many: target",
                "target-utilization-percentage=101, expected 1 <= 101 <= 100: target-utilization-percentage",
                "target-burst-capacity=-1, -",
                "target-burst-capacity=-0.5, invalid value: -0.5: target-burst-capacity",
                "panic-window-percentage=0.5, expected 1 <= 0.5 <= 100: panic-window-percentage",
                "panic-threshold-percentage=109, expected 110 <= 109 <= 1000: panic-threshold-percentage",
                "window=5s, expected 6s <= 5s <= 1h0m0s: window",
                "window=1h1s, expected 6s <= 1h1s <= 1h0m0s: window",
                "window=6.5s, must be specified with at most second precision: window",
                "window=long, invalid value: long: window",
                "scale-down-delay=-1s, expected 0s <= -1s <= 1h0m0s: scale-down-delay",
                "scaleDownDelay=1.5s, must be specified with at most second precision: scaleDownDelay",
                "scale-to-zero-pod-retention-period=1.5s, -",
                "scale-to-zero-pod-retention-period=61m, expected 0s <= 61m <= 1h0m0s: scale-to-zero-pod-retention-period",
                "metric-aggregation-algorithm=weightedExponential, -",
                "metric-aggregation-algorithm=cubic, invalid value: cubic: metric-aggregation-algorithm",
            })
    void holdsToTheRules(String annotations, String error) {
        var prefix = "autoscaling.knative.dev/";
        var map = Arrays.stream(annotations.split(" "))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> prefix + pair[0], pair -> pair[1]));

        var config =
                new AdmissionConfig(ServingDefaults.upstream(), Features.upstream(), 10, false, AutoscalingKeys.KPA);
        var text = AutoscalingAnnotations.validate(map, config).text();

        assertThat(text.replace(": " + prefix, ": ").replace(", " + prefix, ", "))
                .isEqualTo(error == null ? "" : error.replace("@", ""));
    }

    @Test
    void zeroInitialScaleIsForTheClusterToAllow() {
        var config = new AdmissionConfig(ServingDefaults.upstream(), Features.upstream(), 0, true, AutoscalingKeys.KPA);

        assertThat(AutoscalingAnnotations.validate(Map.of("autoscaling.knative.dev/initial-scale", "0"), config)
                        .isEmpty())
                .isTrue();
    }
}
