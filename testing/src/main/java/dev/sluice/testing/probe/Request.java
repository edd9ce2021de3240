package dev.sluice.testing.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request of HTTP/1.x as it arrived; header names keep their order and case. Bodies are read and forgotten. */
record Request(String method, String target, String protocol, List<String> lines) {
    /** Null when the client closed instead. */
    static @Nullable Request read(InputStream in) throws IOException {
        var start = line(in);
        if (start == null || start.isEmpty()) {
            return null;
        }
        var parts = start.split(" ", 3);
        var lines = new ArrayList<String>();
        for (var line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            lines.add(line);
        }
        var head = new Request(parts[0], parts[1], parts[2], lines);
        var length = Integer.parseInt(head.header("content-length", "0"));
        in.skipNBytes(length);
        return head;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    String path() {
        int end = target.indexOf('?');
        return end < 0 ? target : target.substring(0, end);
    }

    String query(String name, String otherwise) {
        int start = target.indexOf('?');
        if (start >= 0) {
            for (var pair : target.substring(start + 1).split("&", -1)) {
                var parts = pair.split("=", 2);
                if (parts[0].equals(name)) {
                    return parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
                }
            }
        }
        return otherwise;
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(query(name, Integer.toString(otherwise)));
    }

    String header(String name, String otherwise) {
        return headers().getOrDefault(name, otherwise);
    }

    /** By lower-case name; of repeated ones, all, joined by commas. */
    Map<String, String> headers() {
        var all = new HashMap<String, String>();
        for (var line : lines) {
            int colon = line.indexOf(':');
            all.merge(
                    line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (a, b) -> a + "," + b);
        }
        return all;
    }
}
