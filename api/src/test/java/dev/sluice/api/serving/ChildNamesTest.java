package dev.sluice.api.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChildNamesTest {
    @Test
    void aShortNameStaysAsItIs() {
        assertThat(ChildNames.revision("app", 1)).isEqualTo("app-00001");
        assertThat(ChildNames.revision("app", 123456)).isEqualTo("app-123456");
        assertThat(ChildNames.deployment("app-00001")).isEqualTo("app-00001-deployment");
        assertThat(ChildNames.taggedService("v2", "app")).isEqualTo("v2-app");
    }

    @Test
    void aLongNameEndsInAHashBeforeTheSuffix() {
        assertThat(ChildNames.deployment("f".repeat(63)))
                .isEqualTo("ffffffffffffffffffff105d7597f637e83cc711605ac3ea4957-deployment");
    }

    @Test
    void aLongSuffixGivesWay() {
        assertThat(ChildNames.child("f".repeat(63), "-" + "b".repeat(40)))
                .isEqualTo("fffffffffffffffffffffffffffffff26ec62e99c3393bbe0c84084e0e14b50");
        assertThat(ChildNames.child("app", "-" + "b".repeat(62)))
                .isEqualTo("appaf92a07961733bb49e994126cf8a2ee3-bbbbbbbbbbbbbbbbbbbbbbbbbbb");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyNameIsALabel(long seed) {
        var random = new Random(seed);
        var parent = "p" + "a-".repeat(random.nextInt(40)) + "z";
        var suffix = "-" + "s".repeat(1 + random.nextInt(69));

        assertThat(ChildNames.child(parent, suffix)).hasSizeBetween(1, 63).matches("[a-z]([-a-z0-9]*[a-z0-9])?");
    }

    static LongStream seeds() {
        return new Random(63).longs(100);
    }
}
