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

/** {@code ./sluice test --faults}: every bus with every fault and trait, or those that {@code -Dfaults.only=BUS/FAULT/TRAIT} finds. */
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

    @ParameterizedTest(name = "{0}, {1}, {2}, seed {3}")
    @MethodSource("chosen")
    void losesNothingThatWasAcknowledged(BusKind bus, Fault fault, Trait trait, long seed) throws Exception {
        var server = SERVERS.get(bus);
        if (server == null) {
            server = Server.start(bus, folder.resolve(bus.word()));
            SERVERS.put(bus, server);
        }
        Run.of(server, fault, trait, temporal, state, seed);
    }

    static Stream<Arguments> chosen() {
        var only = Pattern.compile(System.getProperty("faults.only", ""));
        return all().filter(run -> only.matcher(run.get()[0] + "/" + run.get()[1] + "/" + run.get()[2])
                .find());
    }

    static Stream<Arguments> all() {
        var random = new Random(SampledBusFaultsIT.SEED);
        return Arrays.stream(BusKind.values())
                .flatMap(bus -> Arrays.stream(Fault.values())
                        .filter(fault -> concerns(fault, bus))
                        .flatMap(fault -> Arrays.stream(Trait.values())
                                .map(trait -> Arguments.of(bus, fault, trait, random.nextLong()))));
    }

    private static boolean concerns(Fault fault, BusKind bus) {
        return switch (fault) {
            case SLUICE_KILLED,
                    TEMPORAL_KILLED,
                    TEMPORAL_RESET,
                    TEMPORAL_SILENT,
                    SUBSCRIBER_KILLED,
                    SUBSCRIBER_SLOW,
                    SUBSCRIBER_FLAPPING,
                    SUBSCRIBER_RESET,
                    SUBSCRIBER_SILENT -> true;
            case NETWORK_CUT -> bus != BusKind.STUB;
            // Google's emulator keeps its events in memory, and a kill loses them
            case BUS_KILLED -> bus != BusKind.STUB && bus != BusKind.GCPPUBSUB;
            // RabbitMQ is told that its disk is full; the others have one that is
            case DISK_FULL -> bus == BusKind.RABBITMQ || (bus != BusKind.GCPPUBSUB && SmallDisk.isPossible());
        };
    }
}
