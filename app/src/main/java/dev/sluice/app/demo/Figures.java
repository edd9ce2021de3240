package dev.sluice.app.demo;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the demo measured, in the order it did. */
final class Figures {
    private final Map<String, String> figures = new LinkedHashMap<>();

    void add(String name, String value) {
        figures.put(name, value);
    }

    void add(String name, Duration value, String remark) {
        add(name, Narrator.time(value) + " " + remark);
    }

    void add(String name, Duration value) {
        add(name, Narrator.time(value));
    }

    List<String> lines() {
        int width = figures.keySet().stream().mapToInt(String::length).max().orElse(0);
        return figures.entrySet().stream()
                .map(e -> e.getKey() + " ".repeat(width - e.getKey().length() + 2) + e.getValue())
                .toList();
    }

    /** The value below which the given share (0 to 1) of the samples lies. */
    static Duration percentile(long[] nanos, double share) {
        var sorted = nanos.clone();
        Arrays.sort(sorted);
        return Duration.ofNanos(sorted[Math.min(sorted.length - 1, (int) Math.floor(share * sorted.length))]);
    }
}
