package dev.sluice.bench.events;

import dev.sluice.bench.Programs;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.connection.BusKind;
import dev.sluice.buses.gcppubsub.GcpPubSubBus;
import dev.sluice.buses.gcppubsub.GcpPubSubSettings;
import dev.sluice.buses.kafka.KafkaBus;
import dev.sluice.buses.kafka.KafkaSettings;
import dev.sluice.buses.rabbitmq.RabbitBus;
import dev.sluice.buses.rabbitmq.RabbitSettings;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.temporaldev.TemporalDev;
import dev.sluice.testing.servers.KafkaServer;
import dev.sluice.testing.servers.PubSubServer;
import dev.sluice.testing.servers.RabbitServer;
import dev.sluice.workflows.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Events from a producer over HTTP through ingress, bus and dispatcher to subscribers over HTTP in another process: {@code
 * [SECONDS] [BUS...]}.
 */
public final class EventBench {
    private static final Duration DRAIN = Duration.ofSeconds(60);
    private static final int[] PACES = {100, 500, 1000, 1500, 0};

    private final Path folder;
    private final Programs programs;
    private final TemporalDev temporal;
    private final Duration length;
    private final int listener;
    private final HttpClient http = HttpClient.newHttpClient();

    private EventBench(Path folder, Programs programs, TemporalDev temporal, Duration length, int listener) {
        this.folder = folder;
        this.programs = programs;
        this.temporal = temporal;
        this.length = length;
        this.listener = listener;
    }

    public static void main(String[] args) throws Exception {
        var length = Duration.ofSeconds(args.length == 0 ? 10 : Integer.parseInt(args[0]));
        var buses = args.length < 2
                ? List.of(BusKind.STUB, BusKind.KAFKA, BusKind.RABBITMQ)
                : Arrays.stream(args)
                        .skip(1)
                        .map(name -> BusKind.valueOf(name.toUpperCase(Locale.ROOT)))
                        .toList();
        var folder = Files.createTempDirectory("sluice-event-bench");
        try (var programs = new Programs(folder);
                var temporal = TemporalDev.start(TemporalDev.Options.in(folder.resolve("temporal"), System::getenv)
                        .withSearchAttributes(Map.of(
                                Wire.KIND.getName(), "Keyword",
                                Wire.NAMESPACE.getName(), "Keyword",
                                Wire.NAME.getName(), "Keyword",
                                Wire.PHASE.getName(), "Keyword",
                                Wire.EVENT_TYPE.getName(), "KeywordList",
                                Wire.EVENT_ID.getName(), "KeywordList")))) {
            int listener = Programs.freePort();
            programs.start("listener", listener, java(Listener.class, Integer.toString(listener)));
            var bench = new EventBench(folder, programs, temporal, length, listener);
            System.out.println("| bus | pace/s | subscribers | failing | events/s | sent to 202, p50 / p99 ms"
                    + " | sent to delivered, p50 / p95 / p99 ms | CPU µs per event | load |");
            System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            for (var bus : buses) {
                bench.measure(bus);
            }
        }
    }

    private static List<String> java(Class<?> main, String... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void measure(BusKind kind) throws Exception {
        switch (kind) {
            case STUB -> {
                measure(kind, Map.of());
                try (var bus = StubBus.open(folder.resolve("direct"), StubBus.Limits.DEFAULT)) {
                    direct(kind, bus);
                }
            }
            case KAFKA -> {
                try (var kafka = KafkaServer.start(folder.resolve("kafka"))) {
                    measure(kind, Map.of("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()));
                    try (var bus = new KafkaBus("direct", KafkaSettings.plain(kafka.bootstrapServers()))) {
                        direct(kind, bus);
                    }
                }
            }
            case RABBITMQ -> {
                try (var rabbit = RabbitServer.start(folder.resolve("rabbit"))) {
                    var values = Map.of("host", "127.0.0.1", "port", Integer.toString(rabbit.port()));
                    measure(kind, values);
                    try (var bus = new RabbitBus("direct", RabbitSettings.parse(values))) {
                        direct(kind, bus);
                    }
                }
            }
            case GCPPUBSUB -> {
                try (var pubsub = PubSubServer.start(folder.resolve("pubsub"))) {
                    var values = Map.of("GOOGLE_CLOUD_PROJECT", "sluice", "emulatorHost", "127.0.0.1:" + pubsub.port());
                    measure(kind, values);
                    try (var bus = new GcpPubSubBus("direct", GcpPubSubSettings.parse(values))) {
                        direct(kind, bus);
                    }
                }
            }
        }
    }

    private void direct(BusKind kind, Bus bus) throws InterruptedException {
        Direct.perSecond(bus, kind.word(), length);
        System.out.printf(
                Locale.ROOT,
                "| %s, directly | most | 1 | 0 | %.0f | | | | %.1f |%n",
                kind.word(),
                Direct.perSecond(bus, kind.word(), length),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private void measure(BusKind kind, Map<String, String> values) throws Exception {
        round(kind, values, "0", PACES, urls(1, 0));
        round(kind, values, "0", new int[] {100, 1000}, urls(10, 0));
        round(kind, values, "1 %", new int[] {1000}, urls(1, 1));
        // the first is well, and what is reported; the one beside it fails always
        round(kind, values, "100 % beside it", new int[] {1000}, List.of("/w/0", "/d/100"));
    }

    private static List<String> urls(int count, int failing) {
        return IntStream.range(0, count).mapToObj(i -> "/" + i + "/" + failing).toList();
    }

    private void round(BusKind kind, Map<String, String> values, String failing, int[] paces, List<String> paths)
            throws Exception {
        int port = Programs.freePort();
        var state = Files.createTempDirectory(folder, kind.word());
        var arguments =
                new ArrayList<>(List.of(Integer.toString(port), state.toString(), temporal.target(), kind.name()));
        values.forEach((name, value) -> arguments.add(name + "=" + value));
        paths.forEach(path -> arguments.add("http://127.0.0.1:" + listener + path));
        var process = programs.start(
                state.getFileName().toString(), port, java(EventsUnderTest.class, arguments.toArray(String[]::new)));
        new Load(port, EventsUnderTest.HOST).run(0, length); // to warm up
        drained(paths.getFirst());
        for (int pace : paces) {
            var before = Programs.cpu(process);
            long start = System.nanoTime();
            var sent = new Load(port, EventsUnderTest.HOST).run(pace, length);
            var delivered = received(paths.getFirst(), sent.accepted());
            double seconds = pace == 0 ? (System.nanoTime() - start) / 1e9 : sent.seconds();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %d | %s | %.0f | %.1f / %.1f | %.1f / %.1f / %.1f | %.0f | %.1f |%s%n",
                    kind.word(),
                    pace == 0 ? "most" : pace,
                    paths.size(),
                    failing,
                    delivered.count() / seconds,
                    sent.acknowledged().p50(),
                    sent.acknowledged().p99(),
                    delivered.p50(),
                    delivered.p95(),
                    delivered.p99(),
                    Programs.cpu(process).minus(before).toNanos() / 1e3 / Math.max(1, sent.accepted()),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                    sent.refused() == 0 ? "" : " " + sent.refused() + " refused");
            paths.forEach(this::report);
        }
        process.destroy();
        process.waitFor();
    }

    /** What the subscriber got, once it has as many as were accepted. */
    private Latencies.Summary received(String path, long accepted) throws InterruptedException {
        long end = System.nanoTime() + DRAIN.toNanos();
        while (count(path) < accepted && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return report(path);
    }

    private void drained(String path) throws InterruptedException {
        for (int seen = -1; seen != count(path); ) {
            seen = count(path);
            Thread.sleep(1_000);
        }
        var _ = report(path);
    }

    private int count(String path) {
        return Integer.parseInt(get("/count" + path));
    }

    private Latencies.Summary report(String path) {
        return Latencies.Summary.parse(get(path));
    }

    private String get(String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener + path))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
