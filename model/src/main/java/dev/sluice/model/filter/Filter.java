package dev.sluice.model.filter;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * A condition on an event's attributes (spec: Knative eventing, Trigger filters; CloudEvents Subscriptions API, filter dialects).
 * Comparisons respect case; an attribute that the event does not have never matches.
 */
public sealed interface Filter {
    /** Takes every event. */
    Filter EVERYTHING = new All(List.of());

    boolean matches(EventAttributes event);

    /**
     * {@code spec.filter.attributes}: each attribute is there and has the value; an empty value stands for any, the empty one
     * included.
     */
    record Attributes(Map<String, String> wanted) implements Filter {
        public Attributes {
            wanted = new TreeMap<>(wanted);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return every(wanted, event, (has, wants) -> wants.isEmpty() || has.equals(wants));
        }
    }

    /** Every attribute has exactly the value. */
    record Exact(Map<String, String> wanted) implements Filter {
        public Exact {
            wanted = new TreeMap<>(wanted);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return every(wanted, event, String::equals);
        }
    }

    /** Every attribute begins with the text. */
    record Prefix(Map<String, String> wanted) implements Filter {
        public Prefix {
            wanted = new TreeMap<>(wanted);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return every(wanted, event, String::startsWith);
        }
    }

    /** Every attribute ends with the text. */
    record Suffix(Map<String, String> wanted) implements Filter {
        public Suffix {
            wanted = new TreeMap<>(wanted);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return every(wanted, event, String::endsWith);
        }
    }

    /** All of them match; true of none. */
    record All(List<Filter> filters) implements Filter {
        public All {
            filters = List.copyOf(filters);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return filters.stream().allMatch(filter -> filter.matches(event));
        }
    }

    /** One of them matches at least. */
    record Any(List<Filter> filters) implements Filter {
        public Any {
            filters = List.copyOf(filters);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return filters.stream().anyMatch(filter -> filter.matches(event));
        }
    }

    record Not(Filter filter) implements Filter {
        @Override
        public boolean matches(EventAttributes event) {
            return !filter.matches(event);
        }
    }

    /**
     * An expression of CloudEvents SQL; what fails or is no truth value does not match.
     *
     * @param text as it was written; two expressions of the same text are equal
     */
    record Expression(String text, Evaluator evaluator) implements Filter {
        /** What a parser has made of the text. */
        public interface Evaluator {
            boolean holds(EventAttributes event);
        }

        @Override
        public boolean matches(EventAttributes event) {
            return evaluator.holds(event);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Expression that && that.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    private static boolean every(
            Map<String, String> wanted, EventAttributes event, BiPredicate<String, String> matches) {
        for (var entry : wanted.entrySet()) {
            var has = event.get(entry.getKey());
            if (has == null || !matches.test(has, entry.getValue())) {
                return false;
            }
        }
        return true;
    }
}
