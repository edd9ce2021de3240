package dev.sluice.model.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FilterTest {
    private static final EventAttributes EVENT = of(Map.of(
            "type",
            "order.placed",
            "source",
            "/shops/7",
            "id",
            "1",
            "specversion",
            "1.0",
            "empty",
            "",
            "region",
            "eu"));

    private static EventAttributes of(Map<String, String> attributes) {
        return new EventAttributes() {
            @Override
            public @org.jspecify.annotations.Nullable String get(String name) {
                return attributes.get(name);
            }

            @Override
            public Set<String> names() {
                return attributes.keySet();
            }
        };
    }

    private static final Filter YES = Filter.EVERYTHING;
    private static final Filter NO = new Filter.Not(Filter.EVERYTHING);

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of("nothing asked", YES, true),
                Arguments.of("attributes: value", new Filter.Attributes(Map.of("type", "order.placed")), true),
                Arguments.of("attributes: other case", new Filter.Attributes(Map.of("type", "Order.placed")), false),
                Arguments.of("attributes: any value", new Filter.Attributes(Map.of("region", "")), true),
                Arguments.of("attributes: any value, the empty one", new Filter.Attributes(Map.of("empty", "")), true),
                Arguments.of("attributes: any value, not there", new Filter.Attributes(Map.of("gone", "")), false),
                Arguments.of(
                        "attributes: all of them",
                        new Filter.Attributes(Map.of("type", "order.placed", "region", "us")),
                        false),
                Arguments.of("exact", new Filter.Exact(Map.of("source", "/shops/7")), true),
                Arguments.of("exact: not there", new Filter.Exact(Map.of("gone", "x")), false),
                Arguments.of("exact: both", new Filter.Exact(Map.of("source", "/shops/7", "id", "2")), false),
                Arguments.of("prefix", new Filter.Prefix(Map.of("type", "order.")), true),
                Arguments.of("prefix: not there", new Filter.Prefix(Map.of("gone", "o")), false),
                Arguments.of("prefix: the end", new Filter.Prefix(Map.of("type", "placed")), false),
                Arguments.of("suffix", new Filter.Suffix(Map.of("type", ".placed", "source", "7")), true),
                Arguments.of("suffix: the start", new Filter.Suffix(Map.of("type", "order")), false),
                Arguments.of("all", new Filter.All(List.of(YES, YES)), true),
                Arguments.of("all: one not", new Filter.All(List.of(YES, NO)), false),
                Arguments.of("any", new Filter.Any(List.of(NO, YES)), true),
                Arguments.of("any: none", new Filter.Any(List.of(NO, NO)), false),
                Arguments.of("not", new Filter.Not(new Filter.Exact(Map.of("id", "2"))), true),
                Arguments.of(
                        "nested",
                        new Filter.Any(List.of(
                                new Filter.Prefix(Map.of("type", "invoice.")),
                                new Filter.All(List.of(
                                        new Filter.Exact(Map.of("region", "eu")),
                                        new Filter.Not(new Filter.Suffix(Map.of("source", "/8"))))))),
                        true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void matches(String name, Filter filter, boolean expected) {
        assertThat(filter.matches(EVENT)).as(name).isEqualTo(expected);
    }
}
