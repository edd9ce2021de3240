package dev.sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long {@code ./sluice up} takes to its Ready with a state folder that it knows, and verbs to their end; this checkout, and others
 * whose launchers are named as arguments, in turns.
 */
final class StartBench {
    private static final int ROUNDS = 5;
    private static final int CALLS = 10;
    private static final List<String> VERBS = List.of("status", "kubeconfig", "events list", "--help");

    static void main(String[] args) throws Exception {
        var launchers = new ArrayList<>(List.of(PlatformUnderTest.launcher()));
        for (var other : args) {
            launchers.add(Path.of(other).toAbsolutePath());
        }
        System.out.println("| | ms, p50 | p95 | CPU ms, p50 |");
        System.out.println("| --- | --- | --- | --- |");
        var platforms = new LinkedHashMap<Path, PlatformUnderTest>();
        try {
            for (var launcher : launchers) {
                var platform = PlatformUnderTest.fresh(launcher);
                platforms.put(launcher, platform);
                var first = platform.up();
                System.out.printf("| %s up, the first time | %d | | |%n", launcher, first.toMillis());
                platform.down();
            }
            starts(platforms);
            verbs(platforms);
        } finally {
            for (var platform : platforms.values()) {
                platform.close();
            }
        }
    }

    private static void starts(Map<Path, PlatformUnderTest> platforms) throws IOException, InterruptedException {
        var wall = new LinkedHashMap<Path, Times>();
        var cpu = new LinkedHashMap<Path, Times>();
        for (int round = 0; round < ROUNDS; round++) {
            for (var entry : platforms.entrySet()) {
                var platform = entry.getValue();
                wall.computeIfAbsent(entry.getKey(), _ -> new Times()).add(platform.up());
                cpu.computeIfAbsent(entry.getKey(), _ -> new Times()).add(platform.cpu());
                platform.down();
            }
        }
        wall.forEach((launcher, times) -> System.out.printf(
                Locale.ROOT,
                "| %s up, later | %s | %.0f |%n",
                launcher,
                times.cells(),
                cpu.getOrDefault(launcher, new Times()).percentile(0.5)));
    }

    private static void verbs(Map<Path, PlatformUnderTest> platforms) throws IOException, InterruptedException {
        for (var platform : platforms.values()) {
            platform.up();
        }
        for (var verb : VERBS) {
            var wall = new LinkedHashMap<Path, Times>();
            var cpu = new LinkedHashMap<Path, Times>();
            for (int call = -1; call < CALLS; call++) {
                for (var entry : platforms.entrySet()) {
                    var spent = call(entry.getKey(), entry.getValue(), verb);
                    if (call >= 0) {
                        wall.computeIfAbsent(entry.getKey(), _ -> new Times()).add(spent[0]);
                        cpu.computeIfAbsent(entry.getKey(), _ -> new Times()).add(spent[1]);
                    }
                }
            }
            wall.forEach((launcher, times) -> System.out.printf(
                    Locale.ROOT,
                    "| %s %s | %s | %.0f |%n",
                    launcher,
                    verb,
                    times.cells(),
                    cpu.getOrDefault(launcher, new Times()).percentile(0.5)));
        }
    }

    /** Wall and CPU time of one call, as the shell counts them. */
    private static Duration[] call(Path launcher, PlatformUnderTest platform, String verb)
            throws IOException, InterruptedException {
        var process = platform.command(
                        "bash", "-c", "TIMEFORMAT='%R %U %S'; time " + launcher + " " + verb + " >/dev/null")
                .redirectErrorStream(true)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(verb + " failed: " + text);
        }
        var figures = text.lines().toList().getLast().split(" ", -1);
        return new Duration[] {
            seconds(figures[0]), seconds(figures[1]).plus(seconds(figures[2])),
        };
    }

    private static Duration seconds(String text) {
        return Duration.ofNanos((long) (Double.parseDouble(text) * 1e9));
    }

    private StartBench() {}
}
