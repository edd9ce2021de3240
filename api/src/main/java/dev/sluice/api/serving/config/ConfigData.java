package dev.sluice.api.serving.config;

import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads values the way knative/pkg configmap does; of several spellings of a key the first that is there counts. */
record ConfigData(Map<String, String> data) {
    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");
    private static final Pattern QUANTITY =
            Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?");

    String text(String fallback, String... keys) {
        var key = spelling(keys);
        return key == null ? fallback : value(key);
    }

    boolean truth(String key, boolean fallback) {
        var value = data.get(key);
        if (value == null) {
            return fallback;
        }
        if (!TRUE.contains(value) && !FALSE.contains(value)) {
            throw syntax(key, "strconv.ParseBool", value);
        }
        return TRUE.contains(value);
    }

    long whole(long fallback, String... keys) {
        var key = spelling(keys);
        if (key == null) {
            return fallback;
        }
        try {
            return Long.parseLong(value(key));
        } catch (NumberFormatException _) {
            throw syntax(key, "strconv.ParseInt", value(key));
        }
    }

    int count(String key, int fallback) {
        long value = whole(fallback, key);
        if (value != (int) value) {
            throw new ConfigProblem(
                    "failed to parse \"" + key + "\": strconv.ParseInt: parsing \"" + value + "\": value out of range");
        }
        return (int) value;
    }

    double decimal(String key, double fallback) {
        var value = data.get(key);
        if (value == null) {
            return fallback;
        }
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException _) {
            throw syntax(key, "strconv.ParseFloat", value);
        }
    }

    Duration duration(Duration fallback, String... keys) {
        var key = spelling(keys);
        return key == null
                ? fallback
                : GoDuration.parse(value(key))
                        .orElseThrow(() -> new ConfigProblem(
                                "failed to parse \"" + key + "\": time: invalid duration \"" + value(key) + "\""));
    }

    Optional<String> quantity(String... keys) {
        var key = spelling(keys);
        if (key == null) {
            return Optional.empty();
        }
        if (!QUANTITY.matcher(value(key)).matches()) {
            throw new ConfigProblem("failed to parse \"" + key + "\": quantities must match the regular expression "
                    + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
        return Optional.of(value(key));
    }

    Set<String> set(Set<String> fallback, String... keys) {
        var key = spelling(keys);
        return key == null
                ? fallback
                : Arrays.stream(value(key).split(","))
                        .map(String::strip)
                        .filter(entry -> !entry.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    private @Nullable String spelling(String... keys) {
        return Arrays.stream(keys).filter(data::containsKey).findFirst().orElse(null);
    }

    private String value(String key) {
        return data.getOrDefault(key, "");
    }

    private static ConfigProblem syntax(String key, String function, String value) {
        return new ConfigProblem(
                "failed to parse \"" + key + "\": " + function + ": parsing \"" + value + "\": invalid syntax");
    }
}
