package dev.sluice.e2e.conformance;

import java.util.Map;
import java.util.TreeMap;

/** What came back of a request. */
record Answer(String url, int status, String body) {
    String ok() {
        if (status != 200) {
            throw new AssertionError(url + " answered " + status + ": " + body);
        }
        return body;
    }

    /** A body of {@code key=value} lines. */
    Map<String, String> lines() {
        var values = new TreeMap<String, String>();
        ok().lines().forEach(line -> {
            var parts = line.split("=", 2);
            values.put(parts[0], parts.length < 2 ? "" : parts[1]);
        });
        return values;
    }
}
