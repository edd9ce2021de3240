package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Warm HTTP/1.1 proxying: one nginx as origin, asked directly, through a second nginx and through the gateway, in turns.
 * What counts is the ratio of the last two; CPU per request is steadier than throughput on a busy machine.
 */
final class ProxyBench {
    private static final int CONNECTIONS = 64;
    private static final Duration LENGTH = Duration.ofSeconds(4);
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 5;
    private static final int PACE = 1000;
    private static final Duration PACED = Duration.ofSeconds(5);

    private record Server(int port, Process process) {}

    private ProxyBench() {}

    public static void main(String[] args) throws Exception {
        var nginx = Programs.find("nginx");
        var wrk = Programs.find("wrk");
        if (nginx.isEmpty() || wrk.isEmpty()) {
            System.err.println("bench: needs nginx and wrk on PATH (Debian: apt-get install nginx-light wrk)");
            System.exit(2);
        }
        var folder = Files.createTempDirectory("sluice-bench");
        try (var programs = new Programs(folder)) {
            var servers = start(programs, nginx.orElseThrow(), folder);
            var results = measure(servers, wrk.orElseThrow());
            print(results);
            paced(servers);
        } finally {
            delete(folder);
        }
    }

    private static Map<String, Server> start(Programs programs, Path nginx, Path folder)
            throws IOException, InterruptedException {
        int origin = Programs.freePort();
        int proxy = Programs.freePort();
        int gateway = Programs.freePort();
        var servers = new LinkedHashMap<String, Server>();
        servers.put(
                "direct",
                new Server(origin, programs.start("origin", origin, nginx(nginx, folder, "origin", origin, """
                                location / { return 200 "hello from the origin\\n"; }"""))));
        servers.put(
                "nginx",
                new Server(proxy, programs.start("proxy", proxy, nginx(nginx, folder, "proxy", proxy, """
                                location / { proxy_pass http://origin; proxy_http_version 1.1;
                                  proxy_set_header Connection ""; proxy_set_header Host $host;
                                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }
                              }
                              upstream origin { server 127.0.0.1:%d; keepalive 256; keepalive_requests 100000000;""".formatted(
                                origin)))));
        servers.put("sluice", new Server(gateway, programs.start("gateway", gateway, gateway(gateway, origin, 0))));
        return servers;
    }

    private static List<String> gateway(int port, int origin, int concurrency) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseParallelGC", // as the launcher starts a gateway
                "-Dio.netty.leakDetection.level=disabled",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayUnderTest.class.getName(),
                Integer.toString(port),
                Integer.toString(origin),
                Integer.toString(concurrency));
    }

    private static List<String> nginx(Path nginx, Path folder, String name, int port, String location)
            throws IOException {
        var text = """
                worker_processes %d; daemon off; pid %s.pid; error_log %s.err;
                events { worker_connections 4096; }
                http {
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  access_log off; keepalive_requests 100000000; tcp_nodelay on;
                  server { listen 127.0.0.1:%d backlog=4096;
                    %s
                  }
                }
                """.formatted(
                Runtime.getRuntime().availableProcessors(), folder.resolve(name), folder.resolve(name), port, location);
        var file = Files.writeString(folder.resolve(name + ".conf"), text);
        return List.of(nginx.toString(), "-p", folder.toString(), "-c", file.toString());
    }

    private static Map<String, List<Round>> measure(Map<String, Server> servers, Path wrk)
            throws IOException, InterruptedException {
        var results = new LinkedHashMap<String, List<Round>>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (var entry : servers.entrySet()) {
                var server = entry.getValue();
                var measured = Round.run(wrk, server.port(), server.process(), CONNECTIONS, LENGTH);
                if (round >= 0) {
                    results.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                            .add(measured);
                }
            }
        }
        return results;
    }

    private static void print(Map<String, List<Round>> results) {
        System.out.printf(
                Locale.ROOT,
                "Warm HTTP/1.1, %d connections, medians of %d rounds of %d s after %d to warm up%n%n",
                CONNECTIONS,
                ROUNDS,
                LENGTH.toSeconds(),
                WARM_UP);
        System.out.println("|  | requests/s | p50 ms | p99 ms | CPU µs per request |");
        System.out.println("| --- | --- | --- | --- | --- |");
        results.forEach((name, rounds) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.2f | %.2f | %.1f |%n",
                name,
                median(rounds, Round::requestsPerSecond),
                median(rounds, Round::p50Millis),
                median(rounds, Round::p99Millis),
                median(rounds, Round::cpuMicros)));
        var nginx = results.getOrDefault("nginx", List.of());
        var sluice = results.getOrDefault("sluice", List.of());
        System.out.printf(
                Locale.ROOT,
                "%nsluice against nginx: throughput %.2f, CPU %.2f (1 is equal, more is better)%n",
                median(sluice, Round::requestsPerSecond) / median(nginx, Round::requestsPerSecond),
                median(nginx, Round::cpuMicros) / median(sluice, Round::cpuMicros));
    }

    private static void paced(Map<String, Server> servers) throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%nAt %d requests/s, medians of %d rounds of %d s after one to warm up%n%n",
                PACE,
                ROUNDS,
                PACED.toSeconds());
        System.out.println("|  | p50 ms | p99 ms | p99 added to direct, ms |");
        System.out.println("| --- | --- | --- | --- |");
        var results = new LinkedHashMap<String, List<Times>>();
        for (int round = -1; round < ROUNDS; round++) {
            for (var entry : servers.entrySet()) {
                var times = PacedRequests.run(entry.getValue().port(), PACE, PACED);
                if (round >= 0) {
                    results.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                            .add(times);
                }
            }
        }
        double direct = median(results.getOrDefault("direct", List.of()), times -> times.percentile(0.99));
        results.forEach((name, rounds) -> {
            double p99 = median(rounds, times -> times.percentile(0.99));
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f |%n",
                    name,
                    median(rounds, times -> times.percentile(0.5)),
                    p99,
                    p99 - direct);
        });
    }

    private static <T> double median(List<T> rounds, ToDoubleFunction<T> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
