package dev.sluice.buses.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.EventsRig;
import dev.sluice.buses.connection.BusKind;
import dev.sluice.buses.delivery.Deliveries;
import dev.sluice.temporaldev.TemporalDev;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.delivery.Phase;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One run: a producer that numbers its events, one fault in the middle, and the account at the end. */
final class Run {
    /** Events a second. */
    private static final int RATE = 100;

    private static final int EVENTS = 600;
    private static final int IN_FLIGHT = 64;
    /** What a round of the open workflows may repeat. */
    private static final int ROUNDS = 200;
    /** Of a body where the journal is to need more room. */
    private static final int LARGE = 64 << 10;

    final Server server;
    final EventsProcess events;
    final Audience audience;
    final Wire toTemporal;
    private final Audience letters;
    private final Optional<SmallDisk> disk;
    private final TemporalDev temporal;
    private final String uid;
    private final Trait trait;
    private final Random random;

    private record Offered(String id, int phase, int status) {}

    private Run(
            Server server,
            EventsProcess events,
            Audience audience,
            Wire toTemporal,
            Audience letters,
            Optional<SmallDisk> disk,
            TemporalDev temporal,
            String uid,
            Trait trait,
            Random random) {
        this.server = server;
        this.events = events;
        this.audience = audience;
        this.toTemporal = toTemporal;
        this.letters = letters;
        this.disk = disk;
        this.temporal = temporal;
        this.uid = uid;
        this.trait = trait;
        this.random = random;
    }

    static void of(Server server, Fault fault, Trait trait, TemporalDev temporal, Path state, long seed)
            throws Exception {
        boolean onSmallDisk = fault == Fault.DISK_FULL && server.kind == BusKind.STUB;
        if (!onSmallDisk) {
            of(server, fault, trait, temporal, state, Optional.empty(), seed);
            return;
        }
        try (var disk = new SmallDisk(state)) {
            of(server, fault, trait, temporal, state, Optional.of(disk), seed);
        }
    }

    private static void of(
            Server server,
            Fault fault,
            Trait trait,
            TemporalDev temporal,
            Path state,
            Optional<SmallDisk> disk,
            long seed)
            throws Exception {
        var random = new Random(seed);
        int one = 20 + random.nextInt(30);
        var uid = "s" + Long.toHexString(seed);
        var near = Wire.listen();
        int temporalPort =
                Integer.parseInt(temporal.target().substring(temporal.target().lastIndexOf(':') + 1));
        try (var toTemporal = new Wire(near, temporalPort);
                var audience = new Audience(id -> Integer.parseInt(id) % one == 1);
                var letters = new Audience(id -> Integer.parseInt(id) % 3 == 0);
                var events = EventsProcess.start(
                        state,
                        "127.0.0.1:" + near.getLocalPort(),
                        fault.isOfTheSubscribersNetwork() ? audience.farUrl() : audience.url(),
                        letters.url(),
                        trait,
                        uid,
                        server.kind,
                        server.values)) {
            new Run(server, events, audience, toTemporal, letters, disk, temporal, uid, trait, random).go(fault);
        }
    }

    void diskFull(boolean full) {
        disk.ifPresentOrElse(own -> fill(own, full), () -> server.diskFull(full));
    }

    static void fill(SmallDisk disk, boolean full) {
        if (full) {
            disk.fill();
        } else {
            disk.free();
        }
    }

    /** kill -9; its keeper starts it again. */
    void killTemporal() {
        var process = ProcessHandle.of(temporal.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
    }

    private void go(Fault fault) throws Exception {
        var offered = new ArrayList<Offered>();
        offer(0, EVENTS / 3, 0, offered);
        var striking = new Thread[1];
        var failure = new Exception[1];
        striking[0] = Thread.ofVirtual().start(() -> {
            try {
                fault.strike(this, random);
            } catch (Exception e) {
                failure[0] = e;
            }
        });
        offer(EVENTS / 3, 2 * EVENTS / 3, 1, offered);
        striking[0].join();
        if (failure[0] != null) {
            throw failure[0];
        }
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> post(Integer.toString(EVENTS)) == 202);
        offered.add(new Offered(Integer.toString(EVENTS), 1, 202));
        offer(2 * EVENTS / 3, EVENTS, 2, offered);
        account(fault, offered);
    }

    private int post(String id) {
        int number = Integer.parseInt(id);
        var headers = Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", "dev.sluice.test",
                "ce-source", "/tests",
                "ce-partitionkey", Integer.toString(number % 7),
                "content-type", "text/plain");
        var body = "x".repeat(disk.isPresent() ? Math.max(LARGE, trait.bytes(number)) : trait.bytes(number));
        int status = 0;
        for (int i = 0; i < trait.times(); i++) {
            int answered = events.sender().post(EventsRig.HOST, headers, body).status();
            status = status == 202 ? status : answered;
        }
        return status;
    }

    /** At the stated rate, whatever becomes of each. */
    private void offer(int from, int to, int phase, List<Offered> offered) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        long start = System.nanoTime();
        for (int i = from; i < to; i++) {
            long due = start + TimeUnit.SECONDS.toNanos(i - from) / RATE;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            var id = Integer.toString(i);
            threads.add(Thread.startVirtualThread(() -> {
                int status = 0;
                try {
                    status = post(id);
                } catch (UncheckedIOException _) {
                    // not acknowledged: the producer knows that
                }
                synchronized (offered) {
                    offered.add(new Offered(id, phase, status));
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private void account(Fault fault, List<Offered> offered) {
        var acknowledged = new TreeSet<String>();
        offered.stream().filter(o -> o.status == 202).forEach(o -> acknowledged.add(o.id));
        for (int phase : new int[] {0, 2}) {
            long all = offered.stream().filter(o -> o.phase == phase).count();
            long taken = offered.stream()
                    .filter(o -> o.phase == phase && o.status == 202)
                    .count();
            assertThat(taken)
                    .as("acknowledged outside of the fault, of %d", all)
                    .isGreaterThanOrEqualTo(all * 95 / 100);
        }
        var stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.target())
                .build());
        try {
            var deliveries = new Deliveries(WorkflowClient.newInstance(
                    stubs,
                    WorkflowClientOptions.newBuilder()
                            .setDataConverter(Payloads.converter())
                            .build()));
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        var missing = new TreeSet<>(acknowledged);
                        missing.removeAll(audience.taken().keySet());
                        missing.removeAll(letters.taken().keySet());
                        missing.removeAll(parked(deliveries));
                        assertThat(missing)
                                .as("acknowledged, and neither delivered nor dead-lettered nor parked")
                                .isEmpty();
                    });
        } finally {
            stubs.shutdownNow();
        }
        int twice = Stream.of(audience, letters)
                .flatMap(taker -> taker.taken().values().stream())
                .mapToInt(n -> n.get() - 1)
                .sum();
        System.err.println("faults: " + server.kind + "/" + fault + "/" + trait + " acknowledged " + acknowledged.size()
                + " of " + offered.size() + ", delivered again " + twice);
        assertThat(twice).as("delivered again").isLessThanOrEqualTo(IN_FLIGHT + ROUNDS + unacknowledged());
    }

    private Set<String> parked(Deliveries deliveries) {
        var parked = new TreeSet<String>();
        for (var workflow : deliveries.list("default", true, 1_000)) {
            if (workflow.subscription().equals(uid)) {
                deliveries.show(workflow.workflowId()).events().stream()
                        .filter(event -> event.phase() == Phase.PARKED)
                        .forEach(event -> parked.add(event.id()));
            }
        }
        return parked;
    }

    /** What the bus may have given without an acknowledgement that it has seen. */
    private int unacknowledged() {
        return switch (server.kind) {
            case STUB -> 0;
            case KAFKA -> 600;
            case RABBITMQ, GCPPUBSUB -> 256;
        };
    }
}
