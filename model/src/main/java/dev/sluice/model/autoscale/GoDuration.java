package dev.sluice.model.autoscale;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** Durations as Go writes them ({@code 1m30s}, {@code 6s}, {@code 0}), which is how Knative's annotations have them. */
public final class GoDuration {
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    /** @throws IllegalArgumentException when it is no duration */
    public static Duration parse(String text) {
        boolean negative = text.startsWith("-");
        var rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        var matcher = PART.matcher(rest);
        var nanos = BigDecimal.ZERO;
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            end = matcher.end();
            nanos = nanos.add(new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit(matcher.group(2)))));
        }
        if (end == 0 || end != rest.length()) {
            throw new IllegalArgumentException("invalid duration \"" + text + "\"");
        }
        var duration = Duration.ofNanos(nanos.longValue());
        return negative ? duration.negated() : duration;
    }

    private static long unit(String name) {
        var nanos = NANOS.get(name);
        if (nanos == null) {
            throw new IllegalArgumentException("unknown unit " + name);
        }
        return nanos;
    }

    private GoDuration() {}
}
