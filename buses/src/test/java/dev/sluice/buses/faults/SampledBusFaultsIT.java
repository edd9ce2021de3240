package dev.sluice.buses.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** One of the fault runs, chosen by a seed that is printed; {@code SLUICE_FAULTS_SEED=N ./sluice test} runs the same one again. */
class SampledBusFaultsIT extends BusFaults {
    static final long SEED = givenOrNew();

    /** Those that a run has seen so far; {@code --faults} runs all. */
    private static final Pattern SEEN = Pattern.compile(
            "\\w+/((SLUICE|BUS|TEMPORAL|SUBSCRIBER)_KILLED|SUBSCRIBER_(SLOW|FLAPPING)|NETWORK_CUT)/PLAIN"
                    + "|RABBITMQ/DISK_FULL/PLAIN|STUB/((SUBSCRIBER|TEMPORAL)_(RESET|SILENT)|DISK_FULL)/\\w+");

    static Stream<Arguments> chosen() {
        var every = all().filter(run -> SEEN.matcher(run.get()[0] + "/" + run.get()[1] + "/" + run.get()[2])
                        .matches())
                .collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(every, new Random(SEED));
        return every.stream().limit(1);
    }

    private static long givenOrNew() {
        var given = System.getProperty("faults.seed", "");
        long seed = given.isEmpty() ? System.nanoTime() % 1_000_000 : Long.parseLong(given);
        System.err.println("faults.seed=" + seed);
        return seed;
    }
}
