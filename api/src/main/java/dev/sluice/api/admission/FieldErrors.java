package dev.sluice.api.admission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is wrong with an object, in Knative's words (knative/pkg apis/field_error.go): one line per message with the sorted
 * paths it applies to, details on the line below, lines sorted by message.
 */
public record FieldErrors(List<Entry> entries) {
    private static final FieldErrors NONE = new FieldErrors(List.of());

    public record Entry(String message, List<String> paths, String details) {
        public Entry {
            paths = List.copyOf(paths);
        }
    }

    public FieldErrors {
        entries = List.copyOf(entries);
    }

    public static FieldErrors none() {
        return NONE;
    }

    public static FieldErrors of(String message, String... paths) {
        return detailed(message, "", paths);
    }

    public static FieldErrors detailed(String message, String details, String... paths) {
        return new FieldErrors(List.of(new Entry(message, Arrays.asList(paths), details)));
    }

    public static FieldErrors missing(String... paths) {
        return of("missing field(s)", paths);
    }

    public static FieldErrors disallowed(String... paths) {
        return of("must not set the field(s)", paths);
    }

    public static FieldErrors invalid(Object value, String path) {
        return of("invalid value: " + value, path);
    }

    public static FieldErrors missingOneOf(String... paths) {
        return of("expected exactly one, got neither", paths);
    }

    public static FieldErrors multipleOneOf(String... paths) {
        return of("expected exactly one, got both", paths);
    }

    public static FieldErrors invalidKey(String key, String path, String... reasons) {
        return detailed("invalid key name \"" + key + "\"", String.join(", ", reasons), path);
    }

    public static FieldErrors outOfBounds(Object value, Object low, Object high, String path) {
        return of("expected " + low + " <= " + value + " <= " + high, path);
    }

    public static FieldErrors all(Collection<FieldErrors> errors) {
        return new FieldErrors(
                errors.stream().flatMap(e -> e.entries().stream()).toList());
    }

    public FieldErrors also(FieldErrors other) {
        return all(List.of(this, other));
    }

    /** The same errors below a field: {@code a} and {@code [0].b} become {@code field.a} and {@code field[0].b}. */
    public FieldErrors viaField(String field) {
        return map(path -> path.isEmpty() ? field : path.startsWith("[") ? field + path : field + "." + path);
    }

    public FieldErrors viaIndex(int index) {
        return map(
                path -> path.isEmpty() || path.startsWith("[") ? "[" + index + "]" + path : "[" + index + "]." + path);
    }

    public FieldErrors viaFieldIndex(String field, int index) {
        return viaIndex(index).viaField(field);
    }

    public FieldErrors viaFieldKey(String field, String key) {
        return map(path -> path.isEmpty() || path.startsWith("[") ? "[" + key + "]" + path : "[" + key + "]." + path)
                .viaField(field);
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Knative's text, or the empty string. */
    public String text() {
        Map<String, Map<String, TreeSet<String>>> merged = new TreeMap<>();
        for (var entry : entries) {
            merged.computeIfAbsent(entry.message(), _ -> new TreeMap<>())
                    .computeIfAbsent(entry.details(), _ -> new TreeSet<>())
                    .addAll(entry.paths());
        }
        var lines = new ArrayList<String>();
        merged.forEach((message, byDetails) -> byDetails.forEach((details, paths) -> {
            var line = paths.isEmpty() ? message : message + ": " + String.join(", ", paths);
            lines.add(details.isEmpty() ? line : line + "\n" + details);
        }));
        return lines.stream().collect(Collectors.joining("\n"));
    }

    private FieldErrors map(java.util.function.UnaryOperator<String> path) {
        return new FieldErrors(entries.stream()
                .map(e -> new Entry(e.message(), e.paths().stream().map(path).toList(), e.details()))
                .toList());
    }
}
