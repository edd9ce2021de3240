package dev.sluice.buses.faults;

import dev.sluice.buses.EventsRig;
import dev.sluice.buses.connection.BusKind;
import dev.sluice.temporaldev.TemporalDev;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ./sluice test --faults}: every bus with every fault, or those that {@code -Dfaults.only=BUS/FAULT} finds. */
@Timeout(400)
class BusFaults {
    @TempDir
    static Path folder;

    private static final Map<BusKind, Server> SERVERS = new EnumMap<>(BusKind.class);
    private static TemporalDev temporal;

    @TempDir
    Path state;

    @BeforeAll
    static void startTemporal() {
        temporal = EventsRig.temporal(folder.resolve("temporal"));
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(Server::close);
        SERVERS.clear();
        temporal.close();
    }

    @ParameterizedTest(name = "{0}, {1}, seed {2}")
    @MethodSource("chosen")
    void losesNothingThatWasAcknowledged(BusKind bus, Fault fault, long seed) throws Exception {
        var server = SERVERS.get(bus);
        if (server == null) {
            server = Server.start(bus, folder.resolve(bus.word()));
            SERVERS.put(bus, server);
        }
        Run.of(server, fault, temporal, state, seed);
    }

    static Stream<Arguments> chosen() {
        var only = Pattern.compile(System.getProperty("faults.only", ""));
        return all().filter(
                        run -> only.matcher(run.get()[0] + "/" + run.get()[1]).find());
    }

    static Stream<Arguments> all() {
        var random = new Random(SampledBusFaultsIT.SEED);
        return Arrays.stream(BusKind.values())
                .flatMap(bus -> Arrays.stream(Fault.values())
                        .filter(fault -> concerns(fault, bus))
                        .map(fault -> Arguments.of(bus, fault, random.nextLong())));
    }

    private static boolean concerns(Fault fault, BusKind bus) {
        return switch (fault) {
            case SLUICE_KILLED, TEMPORAL_KILLED, SUBSCRIBER_KILLED, SUBSCRIBER_SLOW, SUBSCRIBER_FLAPPING -> true;
            case NETWORK_CUT -> bus != BusKind.STUB;
            // Google's emulator keeps its events in memory, and a kill loses them
            case BUS_KILLED -> bus != BusKind.STUB && bus != BusKind.GCPPUBSUB;
            // only RabbitMQ can be told that its disk is full
            case DISK_FULL -> bus == BusKind.RABBITMQ;
        };
    }
}
