package dev.sluice.api.conditions;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConditionSetTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.5Z");
    private static final List<String> DEPENDENTS = List.of("A", "B");

    @Test
    void beginsUnknown() {
        assertThat(fresh(null).list())
                .containsExactly(condition("A", "Unknown"), condition("B", "Unknown"), condition("Ready", "Unknown"));
    }

    @Test
    void aNewDependentOfWhatIsReadyIsTrue() {
        var ready = List.of(condition("A", "True"), condition("Ready", "True"));

        assertThat(fresh(ready).status("B")).isEqualTo("True");
    }

    @Test
    void isReadyWhenAllAre() {
        var set = fresh(null);

        set.markTrue("A");
        assertThat(set.status("Ready")).isEqualTo("Unknown");
        set.markTrue("B");
        assertThat(set.status("Ready")).isEqualTo("True");
    }

    @Test
    void copiesTheNewestFailure() {
        var set = fresh(null);

        set.markFalse("A", "First", "one");
        set.markFalse("B", "Second", "two");
        set.markUnknown("A", "Waiting", "three");

        assertThat(set.get("Ready")).hasValueSatisfying(ready -> {
            assertThat(ready.status()).isEqualTo("False");
            assertThat(ready.reason()).isEqualTo("Second");
            assertThat(ready.message()).isEqualTo("two");
        });
    }

    @Test
    void copiesTheNewestDoubtWhenNothingFailed() {
        var set = fresh(null);
        set.markTrue("A");

        set.markUnknown("B", "Deploying", "soon");

        assertThat(set.get("Ready")).hasValueSatisfying(ready -> {
            assertThat(ready.status()).isEqualTo("Unknown");
            assertThat(ready.reason()).isEqualTo("Deploying");
        });
    }

    @Test
    void informationDoesNotBearOnReady() {
        var set = fresh(null);
        set.markTrue("A");
        set.markTrue("B");

        set.markFalse("Active", "NoTraffic", "The target is not receiving traffic.");

        assertThat(set.status("Ready")).isEqualTo("True");
        assertThat(set.get("Active").orElseThrow().severity()).isEqualTo("Info");
        assertThat(set.get("A").orElseThrow().severity()).isNull();
    }

    @Test
    void whatIsSaidOfReadyItselfStands() {
        var set = fresh(null);
        set.markTrue("A");
        set.markTrue("B");

        set.markUnknown("Ready", "NewObservedGenFailure", "unsuccessfully observed a new generation");

        assertThat(set.status("Ready")).isEqualTo("Unknown");
    }

    @Test
    void readyIsNotTrueWhileADependentIsNot() {
        var set = fresh(null);
        set.markFalse("A", "Bad", "");

        set.markTrue("Ready");
        assertThat(set.status("Ready")).isEqualTo("False");
        set.remove("A");
        assertThat(set.status("Ready")).isEqualTo("Unknown");
    }

    @Test
    void keepsTheTimeOfWhatDidNotChange() {
        var before = new Condition("A", "True", null, "2025-01-01T00:00:00Z", null, null);
        var set = fresh(List.of(before, condition("B", "Unknown")));

        set.markFalse("A", "Bad", "");
        set.markTrue("A");
        set.markTrue("B");

        assertThat(set.get("A").orElseThrow()).isEqualTo(before);
        assertThat(set.get("B").orElseThrow().lastTransitionTime()).isEqualTo("2026-01-01T12:00:00Z");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readyFollowsItsDependentsWhateverIsMarked(long seed) {
        var random = new Random(seed);
        var set = fresh(null);
        for (int i = 0; i < 30; i++) {
            var type = List.of("A", "B", "Info").get(random.nextInt(3));
            switch (random.nextInt(3)) {
                case 0 -> set.markTrue(type);
                case 1 -> set.markFalse(type, "F" + i, "");
                default -> set.markUnknown(type, "U" + i, "");
            }
            var statuses = Set.of(set.status("A"), set.status("B").equals(set.status("A")) ? "" : set.status("B"));
            var expected = statuses.contains("False") ? "False" : statuses.contains("Unknown") ? "Unknown" : "True";
            assertThat(set.status("Ready")).isEqualTo(expected);
        }
    }

    static LongStream seeds() {
        return new Random(42).longs(50);
    }

    private static ConditionSet fresh(@Nullable List<Condition> existing) {
        return new ConditionSet("Ready", DEPENDENTS, existing, NOON);
    }

    private static Condition condition(String type, String status) {
        return new Condition(type, status, null, "2026-01-01T12:00:00Z", null, null);
    }
}
