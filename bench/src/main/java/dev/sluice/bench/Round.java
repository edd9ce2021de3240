package dev.sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One burst of load on one server.
 *
 * @param cpuMicros the server used per request
 */
record Round(double requestsPerSecond, double p50Millis, double p99Millis, double cpuMicros) {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
    private static final Pattern MEDIAN = Pattern.compile("50%\\s+([\\d.]+)(us|ms|s)");
    private static final Pattern TAIL = Pattern.compile("99%\\s+([\\d.]+)(us|ms|s)");

    static Round run(Path wrk, int port, Process server, int connections, Duration length)
            throws IOException, InterruptedException {
        var before = Programs.cpu(server);
        var process = new ProcessBuilder(List.of(
                        wrk.toString(),
                        "-t2",
                        "-c" + connections,
                        "-d" + length.toSeconds() + "s",
                        "--latency",
                        "http://127.0.0.1:" + port + "/"))
                .redirectErrorStream(true)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        var used = Programs.cpu(server).minus(before);
        if (text.contains("Non-2xx") || text.contains("Socket errors")) {
            throw new IOException("requests failed: " + text);
        }
        double requests = Double.parseDouble(group(REQUESTS, text, 1));
        return new Round(
                Double.parseDouble(group(RATE, text, 1)),
                millis(MEDIAN, text),
                millis(TAIL, text),
                used.toNanos() / 1000.0 / requests);
    }

    private static double millis(Pattern pattern, String text) {
        double value = Double.parseDouble(group(pattern, text, 1));
        return switch (group(pattern, text, 2)) {
            case "us" -> value / 1000;
            case "ms" -> value;
            default -> value * 1000;
        };
    }

    private static String group(Pattern pattern, String text, int group) {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("wrk said something else: " + text);
        }
        return matcher.group(group);
    }
}
