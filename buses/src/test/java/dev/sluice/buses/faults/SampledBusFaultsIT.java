package dev.sluice.buses.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** One of the fault runs, chosen by a seed that is printed; {@code SLUICE_FAULTS_SEED=N ./sluice test} runs the same one again. */
class SampledBusFaultsIT extends BusFaults {
    static final long SEED = givenOrNew();

    static Stream<Arguments> chosen() {
        var every = all().collect(Collectors.toCollection(ArrayList::new));
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
