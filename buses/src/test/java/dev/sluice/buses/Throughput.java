package dev.sluice.buses;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.dispatch.HandOver;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.ingress.Ingress;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.send.Courier;
import dev.sluice.buses.send.HostResolver;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.workflows.delivery.Undelivered;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many events a second go from 64 producers over HTTP through ingress, journal (synced) and dispatcher to one subscriber over
 * HTTP, all in this process: a main, run by hand. Arguments: rounds, seconds of a round.
 */
final class Throughput {
    private static final int PRODUCERS = 64;

    private static final class NoHandOver implements HandOver {
        @Override
        public void handOver(SubscriptionSettings subscription, List<Undelivered> events, Instant rewound) {
            throw new IllegalStateException(
                    "nothing should fail: " + events.getFirst().tried());
        }

        @Override
        public boolean isOpen(SubscriptionSettings subscription, String first) {
            return false;
        }

        @Override
        public boolean has(SubscriptionSettings subscription, String stamp, Instant since) {
            return false;
        }

        @Override
        public void awaitSettled(SubscriptionSettings subscription, String stamp) {
            // nothing was handed over
        }

        @Override
        public void settled(String uid, List<String> stamps) {
            // nothing was handed over
        }

        @Override
        public void subscriberIsBack(SubscriptionSettings subscription) {
            // nothing was withheld
        }
    }

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        var received = new LongAdder();
        var subscriber = WebServer.builder()
                .host("127.0.0.1")
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .routing(routing -> routing.post("/", (request, response) -> {
                    request.content().consume();
                    received.increment();
                    response.status(202).send();
                }))
                .build()
                .start();
        var directory = Files.createTempDirectory("sluice-throughput");
        var bus = StubBus.open(directory, StubBus.Limits.DEFAULT);
        var courier = new Courier(HostResolver.dns());
        var metrics = new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC());
        var recent = new RecentEvents(EventsConfig.RECENT_STEPS, Clock.systemUTC());
        var dispatcher = new Dispatcher(
                bus,
                courier,
                new NoHandOver(),
                DispatchLimits.DEFAULT,
                Clock.systemUTC(),
                metrics,
                recent,
                directory.resolve("seen"));
        bus.addChannel(EventsRig.CHANNEL);
        dispatcher.put(new SubscriptionSettings(
                "one",
                "default",
                "one",
                EventsRig.CHANNEL,
                URI.create("http://127.0.0.1:" + subscriber.port() + "/"),
                null,
                DeliveryPolicy.DEFAULT));
        var ingress = new Ingress(
                bus,
                new ChannelNames("cluster.local", "localhost"),
                "127.0.0.1",
                0,
                1 << 20,
                Clock.systemUTC(),
                metrics,
                recent);
        ingress.start();
        for (int round = 1; round <= rounds; round++) {
            round(bus, ingress.port(), received, seconds);
        }
        System.exit(0);
    }

    private static void round(Bus bus, int port, LongAdder received, int seconds) throws Exception {
        var accepted = new LongAdder();
        long before = received.sum();
        long start = System.nanoTime();
        long until = start + seconds * 1_000_000_000L;
        var producers = new ArrayList<Thread>();
        for (int i = 0; i < PRODUCERS; i++) {
            producers.add(Thread.startVirtualThread(() -> produce(port, until, accepted)));
        }
        for (var producer : producers) {
            producer.join();
        }
        while (bus.pending("one") > 0) {
            Thread.sleep(1);
        }
        double took = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "accepted %d, delivered %d, %.0f events/s, load %.1f%n",
                accepted.sum(),
                received.sum() - before,
                accepted.sum() / took,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static void produce(int port, long until, LongAdder accepted) {
        var request = ("POST / HTTP/1.1\r\nHost: " + EventsRig.HOST + "\r\nce-specversion: 1.0\r\nce-id: 1\r\n"
                        + "ce-type: dev.sluice.test\r\nce-source: /throughput\r\ncontent-type: text/plain\r\n"
                        + "content-length: 100\r\n\r\n" + "x".repeat(100))
                .getBytes(StandardCharsets.US_ASCII);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            while (System.nanoTime() < until) {
                socket.getOutputStream().write(request);
                var status = in.readLine();
                if (status == null || !status.contains(" 202 ")) {
                    throw new IllegalStateException("answered " + status);
                }
                for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    // headers
                }
                accepted.increment();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Throughput() {}
}
