package dev.sluice.api.eventing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.model.filter.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Knative's filters as they are written (one dialect per object), their rules, and what they mean. */
public final class TriggerFilters {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*");
    private static final String NAME_RULE =
            "Attribute name must start with a letter and can only contain lowercase alphanumeric";
    private static final List<String> DIALECTS = List.of("all", "any", "not", "exact", "prefix", "suffix", "cesql");
    /** Nobody writes deeper ones, and evaluating them takes stack. */
    private static final int DEEPEST = 64;

    /** @param expressions parses CESQL; throws {@link IllegalArgumentException} with what is wrong */
    static FieldErrors validate(JsonNode spec, Function<String, Filter.Expression> expressions) {
        var errors = attributes(spec.path("filter").path("attributes"), true)
                .viaField("attributes")
                .viaField("filter");
        var filters = spec.path("filters");
        for (int i = 0; i < filters.size(); i++) {
            errors = errors.also(validate(filters.get(i), expressions, 1).viaFieldIndex("filters", i));
        }
        return errors;
    }

    private static FieldErrors validate(JsonNode filter, Function<String, Filter.Expression> expressions, int depth) {
        if (depth > DEEPEST) {
            return FieldErrors.of("filters are nested deeper than " + DEEPEST, "");
        }
        var errors = FieldErrors.none();
        var used = DIALECTS.stream().filter(filter::hasNonNull).toList();
        if (used.size() > 1) {
            return FieldErrors.of("multiple dialects found, filters can have only one dialect set", "");
        }
        for (var dialect : used) {
            var value = filter.get(dialect);
            errors = errors.also(
                    switch (dialect) {
                        case "all", "any" -> nested(value, expressions, depth).viaField(dialect);
                        case "not" -> validate(value, expressions, depth + 1).viaField("not");
                        case "cesql" -> expression(value, expressions).viaField("cesql");
                        default -> attributes(value, false).viaField(dialect);
                    });
        }
        return errors;
    }

    private static FieldErrors nested(JsonNode list, Function<String, Filter.Expression> expressions, int depth) {
        var errors = FieldErrors.none();
        for (int i = 0; i < list.size(); i++) {
            errors = errors.also(validate(list.get(i), expressions, depth + 1).viaIndex(i));
        }
        return errors;
    }

    private static FieldErrors expression(JsonNode value, Function<String, Filter.Expression> expressions) {
        try {
            var _ = expressions.apply(value.asText());
            return FieldErrors.none();
        } catch (IllegalArgumentException e) {
            return FieldErrors.detailed("invalid value: " + value.asText(), String.valueOf(e.getMessage()), "");
        }
    }

    private static FieldErrors attributes(JsonNode attributes, boolean mayBeEmpty) {
        var errors = FieldErrors.none();
        for (var attribute : attributes.properties()) {
            if (!NAME.matcher(attribute.getKey()).matches()) {
                errors = errors.also(FieldErrors.invalidKey(attribute.getKey(), "", NAME_RULE));
            }
            if (!mayBeEmpty && attribute.getValue().asText("").isEmpty()) {
                errors = errors.also(FieldErrors.of("invalid value: \"\"", attribute.getKey()));
            }
        }
        return errors;
    }

    /**
     * What a list of filters wants, all of it.
     *
     * @throws IllegalArgumentException when an expression cannot be parsed: admission lets nobody write such a one
     */
    public static Filter of(JsonNode filters, Function<String, Filter.Expression> expressions) {
        var parts = new ArrayList<Filter>();
        filters.forEach(filter -> parts.add(one(filter, expressions)));
        return parts.size() == 1 ? parts.getFirst() : new Filter.All(parts);
    }

    private static Filter one(JsonNode filter, Function<String, Filter.Expression> expressions) {
        var parts = new ArrayList<Filter>();
        filter.properties().forEach(entry -> {
            var value = entry.getValue();
            switch (entry.getKey()) {
                case "all" -> parts.add(new Filter.All(list(value, expressions)));
                case "any" -> parts.add(new Filter.Any(list(value, expressions)));
                case "not" -> parts.add(new Filter.Not(one(value, expressions)));
                case "exact" -> parts.add(new Filter.Exact(texts(value)));
                case "prefix" -> parts.add(new Filter.Prefix(texts(value)));
                case "suffix" -> parts.add(new Filter.Suffix(texts(value)));
                case "attributes" -> parts.add(new Filter.Attributes(texts(value)));
                case "cesql" -> parts.add(expressions.apply(value.asText()));
                default -> {}
            }
        });
        return parts.size() == 1 ? parts.getFirst() : new Filter.All(parts);
    }

    private static List<Filter> list(JsonNode list, Function<String, Filter.Expression> expressions) {
        var filters = new ArrayList<Filter>();
        list.forEach(filter -> filters.add(one(filter, expressions)));
        return filters;
    }

    private static Map<String, String> texts(JsonNode object) {
        var texts = new TreeMap<String, String>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }

    /** The filters of a Trigger as one list: its attributes count only where there are no filters. */
    public static List<JsonNode> list(TriggerSpec spec, ObjectNode empty) {
        if (spec.filters() != null && !spec.filters().isEmpty()) {
            return spec.filters();
        }
        var filter = spec.filter();
        if (filter == null || filter.attributes() == null || filter.attributes().isEmpty()) {
            return List.of();
        }
        var attributes = empty.putObject("attributes");
        filter.attributes().forEach(attributes::put);
        return List.of(empty);
    }

    private TriggerFilters() {}
}
