package dev.sluice.buses.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FinishedPrefixTest {
    @Test
    void stopsBeforeTheFirstUnfinishedOne() {
        var prefix = new FinishedPrefix(7);
        for (long offset : new long[] {7, 8, 9, 10, 12}) {
            prefix.fetched(offset);
        }
        prefix.finished(8);
        prefix.finished(10);
        assertThat(prefix.position()).isEqualTo(7);
        prefix.finished(7);
        assertThat(prefix.position()).isEqualTo(9);
        assertThat(prefix.span()).isEqualTo(3);
        prefix.finished(9);
        prefix.finished(12);
        assertThat(prefix.position()).isEqualTo(13);
        assertThat(prefix.span()).isZero();
    }

    @Test
    void ignoresWhatItDoesNotKnowOrKnowsAlready() {
        var prefix = new FinishedPrefix(0);
        prefix.fetched(0);
        prefix.finished(5);
        prefix.finished(0);
        prefix.finished(0);
        assertThat(prefix.position()).isEqualTo(1);
    }

    static LongStream seeds() {
        return new Random(42).longs(100);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverPassesAnUnfinishedOne(long seed) {
        var random = new Random(seed);
        var prefix = new FinishedPrefix(0);
        var open = new TreeSet<Long>();
        var order = new ArrayList<Long>();
        long offset = 0;
        for (int i = 0; i < 50; i++) {
            prefix.fetched(offset);
            open.add(offset);
            order.add(offset);
            offset += 1 + random.nextInt(2);
        }
        long last = order.getLast();
        Collections.shuffle(order, random);
        for (long finished : order) {
            prefix.finished(finished);
            open.remove(finished);
            if (open.isEmpty()) {
                assertThat(prefix.position()).isEqualTo(last + 1);
            } else {
                assertThat(prefix.position()).isLessThanOrEqualTo(open.first());
                assertThat(open.headSet(prefix.position())).isEmpty();
            }
        }
    }
}
