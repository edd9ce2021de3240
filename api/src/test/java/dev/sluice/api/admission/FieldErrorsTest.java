package dev.sluice.api.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FieldErrorsTest {
    @Test
    void hasTheWordsOfKnative() {
        assertThat(FieldErrors.missing("b", "a").text()).isEqualTo("missing field(s): a, b");
        assertThat(FieldErrors.disallowed("a").text()).isEqualTo("must not set the field(s): a");
        assertThat(FieldErrors.invalid(7, "a").text()).isEqualTo("invalid value: 7: a");
        assertThat(FieldErrors.missingOneOf("a", "b").text()).isEqualTo("expected exactly one, got neither: a, b");
        assertThat(FieldErrors.multipleOneOf("a", "b").text()).isEqualTo("expected exactly one, got both: a, b");
        assertThat(FieldErrors.outOfBounds(5, 0, 4, "a").text()).isEqualTo("expected 0 <= 5 <= 4: a");
        assertThat(FieldErrors.invalidKey("k", "a", "one", "two").text())
                .isEqualTo("invalid key name \"k\": a\none, two");
    }

    @Test
    void buildsPathsFromTheInsideOut() {
        assertThat(FieldErrors.missing("image")
                        .viaFieldIndex("containers", 2)
                        .viaField("spec")
                        .text())
                .isEqualTo("missing field(s): spec.containers[2].image");
        assertThat(FieldErrors.missing("").viaIndex(1).viaField("list").text()).isEqualTo("missing field(s): list[1]");
        assertThat(FieldErrors.missing("").viaFieldKey("annotations", "a/b").text())
                .isEqualTo("missing field(s): annotations[a/b]");
        assertThat(FieldErrors.missing("x").viaFieldKey("map", "k").text()).isEqualTo("missing field(s): map[k].x");
    }

    @Test
    void anErrorWithoutAPathStaysWithout() {
        assertThat(FieldErrors.of("off").viaFieldIndex("a", 1).viaField("b").text())
                .isEqualTo("off");
    }

    @Test
    void saysEachMessageOnceWithAllItsPaths() {
        var errors = FieldErrors.missing("b")
                .also(FieldErrors.disallowed("c"))
                .also(FieldErrors.missing("a"))
                .also(FieldErrors.missing("b"));

        assertThat(errors.text()).isEqualTo("missing field(s): a, b\nmust not set the field(s): c");
    }

    @Test
    void keepsDifferentDetailsApart() {
        var errors = FieldErrors.detailed("bad", "why", "a").also(FieldErrors.detailed("bad", "because", "b"));

        assertThat(errors.text()).isEqualTo("bad: b\nbecause\nbad: a\nwhy");
    }

    @Test
    void nothingWrongIsNoText() {
        assertThat(FieldErrors.none().viaField("a").isEmpty()).isTrue();
        assertThat(FieldErrors.none().text()).isEmpty();
    }
}
