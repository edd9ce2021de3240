package dev.sluice.cesql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.model.filter.EventAttributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The behaviours of the conformance cases of CloudEvents SQL, in sentences of our own, on one event. */
class CesqlTest {
    private static final EventAttributes EVENT = new EventAttributes() {
        private final Map<String, String> attributes = Map.of(
                "specversion", "1.0",
                "id", "a-1",
                "type", "com.shop.order.placed",
                "source", "https://shop.example/7",
                "subject", "Order 42",
                "time", "2018-10-23T12:28:22Z",
                "sequence", "15",
                "urgent", "true",
                "empty", "");

        @Override
        public @Nullable String get(String name) {
            return attributes.get(name);
        }

        @Override
        public Set<String> names() {
            return attributes.keySet();
        }
    };

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // literals and casts
                "TRUE | true",
                "true AND FALSE | false",
                "TRUE = 'true' | true",
                "10 = '10' | true",
                "'10' = 10 | true",
                "INT('15') = sequence | true",
                "BOOL(urgent) | true",
                "STRING(15) = '15' | true",
                "IS_BOOL('true') | true",
                "IS_INT('ten') | false",
                "BOOL('perhaps') | false",
                // attributes
                "type = 'com.shop.order.placed' | true",
                "type = \"com.shop.order.placed\" | true",
                "type = 'COM.shop.order.placed' | false",
                "specversion = '1.0' | true",
                "nothere = 'x' | false",
                "NOT (nothere = 'x') | false",
                "EXISTS subject | true",
                "EXISTS nothere | false",
                "NOT EXISTS nothere | true",
                "EXISTS empty | true",
                // comparison and logic
                "sequence > 10 AND sequence <= 15 | true",
                "sequence < 15 | false",
                "sequence != 14 | true",
                "sequence <> 15 | false",
                "TRUE XOR TRUE | false",
                "TRUE XOR FALSE | true",
                "FALSE OR urgent | true",
                "FALSE AND (1 / 0 = 0) | false",
                "TRUE OR (1 / 0 = 0) | true",
                // arithmetic
                "sequence + 5 = 20 | true",
                "sequence * 2 - 1 = 29 | true",
                "17 % 5 = 2 | true",
                "7 / 2 = 3 | true",
                "-sequence = -15 | true",
                "(2 + 3) * 4 = 20 | true",
                "2 + 3 * 4 = 14 | true",
                "ABS(-3) = 3 | true",
                "1 / 0 = 0 | false",
                // text
                "type LIKE 'com.shop.%' | true",
                "type LIKE '%placed' | true",
                "type LIKE 'com.shop.order.place_' | true",
                "type LIKE 'order' | false",
                "type NOT LIKE '%paid' | true",
                "'100%' LIKE '100\\%' | true",
                "LENGTH(subject) = 8 | true",
                "CONCAT('a', 'b', 'c') = 'abc' | true",
                "CONCAT_WS('-', 'a', 'b') = 'a-b' | true",
                "LOWER(subject) = 'order 42' | true",
                "UPPER(subject) = 'ORDER 42' | true",
                "TRIM('  x ') = 'x' | true",
                "LEFT(subject, 5) = 'Order' | true",
                "RIGHT(subject, 2) = '42' | true",
                "SUBSTRING(subject, 7) = '42' | true",
                "SUBSTRING(subject, 1, 5) = 'Order' | true",
                // sets
                "sequence IN (14, 15) | true",
                "type IN ('a', 'b') | false",
                "type NOT IN ('a', 'b') | true",
                "'15' IN (sequence) | true",
                // what is no truth value does not match
                "sequence | false",
                "'text' | false",
            })
    void evaluates(String expression, boolean expected) {
        assertThat(Cesql.parse(expression).matches(EVENT)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "type =",
                "= 'x'",
                "type 'x'",
                "(type = 'x'",
                "type = 'x' AND",
                "EXISTS 'x'",
                "type LIKE subject",
                "UNKNOWN_FUNCTION(",
                "'open"
            })
    void refusesWhatIsNoExpression(String text) {
        assertThatThrownBy(() -> Cesql.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void doesNotMatchWhenAFunctionIsNotKnown() {
        assertThat(Cesql.parse("NO_SUCH_FUNCTION(type)").matches(EVENT)).isFalse();
    }

    /** Where the SDK differs from the specification; a newer one that does not must be taken off this list. */
    private static final Set<String> DIFFERENCES = Set.of();

    static List<String> conformance() throws IOException {
        try (var in = requireNonNull(CesqlTest.class.getResourceAsStream("/conformance.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("conformance")
    void conforms(String line) {
        int bar = line.lastIndexOf(" | ");
        var expression = line.substring(0, bar);
        var expected = line.substring(bar + 3);
        assertThat(is(expression, expected)).isNotEqualTo(DIFFERENCES.contains(expression));
    }

    private static boolean is(String expression, String expected) {
        return switch (expected) {
            // what fails is not even equal to itself
            case "fails" -> !holds("(" + expression + ") = (" + expression + ")");
            case "true" -> holds(expression);
            case "false" -> !holds(expression) && holds("NOT (" + expression + ")");
            default -> holds("(" + expression + ") = " + expected);
        };
    }

    private static boolean holds(String expression) {
        return Cesql.parse(expression).matches(EVENT);
    }

    /** Else it would end whoever parses it, at each start anew. */
    @Test
    void refusesWhatIsNestedTooDeeply() {
        assertThatThrownBy(() -> Cesql.parse("(".repeat(50_000) + "TRUE" + ")".repeat(50_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too deeply");
    }
}
