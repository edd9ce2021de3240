package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** config-gc: when old Revisions go. What is disabled is empty. */
public record GcConfig(
        Optional<Duration> retainSinceCreateTime,
        Optional<Duration> retainSinceLastActiveTime,
        long minNonActiveRevisions,
        OptionalLong maxNonActiveRevisions) {
    private static final String DISABLED = "disabled";

    public static GcConfig parse(Map<String, String> map) {
        var data = new ConfigData(map);
        var max = DISABLED.equals(map.get("max-non-active-revisions"))
                ? OptionalLong.empty()
                : OptionalLong.of(data.whole(1000, "max-non-active-revisions"));
        var config = new GcConfig(
                period(data, "retain-since-create-time", Duration.ofHours(48)),
                period(data, "retain-since-last-active-time", Duration.ofHours(15)),
                data.whole(20, "min-non-active-revisions"),
                max);
        unless(
                config.minNonActiveRevisions >= 0,
                "min-non-active-revisions must be non-negative, was: " + config.minNonActiveRevisions);
        max.ifPresent(limit -> {
            unless(limit >= 0, "max-non-active-revisions must be non-negative, was: " + limit);
            unless(
                    config.minNonActiveRevisions <= limit,
                    "min-non-active-revisions(" + config.minNonActiveRevisions
                            + ") must be <= max-non-active-revisions(" + limit + ")");
        });
        return config;
    }

    private static Optional<Duration> period(ConfigData data, String key, Duration fallback) {
        if (DISABLED.equals(data.data().get(key))) {
            return Optional.empty();
        }
        var period = data.duration(fallback, key);
        unless(!period.isNegative(), key + " must be non-negative, was: " + GoDuration.format(period));
        return Optional.of(period);
    }
}
