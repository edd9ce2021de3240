package dev.sluice.api.serving.config;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of Go's templates that host names are made with: {@code {{.Name}}} and the like, and {@code {{index .Labels "key"}}}.
 * Others are refused when the ConfigMap is written.
 */
public record HostTemplate(String text) {
    private static final Pattern ACTION =
            Pattern.compile("\\{\\{-?\\s*(?:\\.(\\w+)|index\\s+\\.(Labels|Annotations)\\s+\"([^\"]*)\")\\s*-?}}");
    private static final Pattern HOST = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    /** @param values what may be named, for example {@code Name} */
    static HostTemplate parse(String key, String text, Map<String, String> values) {
        var template = new HostTemplate(text);
        var matcher = ACTION.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1) != null && !values.containsKey(matcher.group(1))) {
                throw new ConfigProblem("template: " + key + ": can't evaluate field " + matcher.group(1));
            }
        }
        var rest = matcher.replaceAll("");
        if (rest.contains("{{") || rest.contains("}}")) {
            throw new ConfigProblem("template: " + key + ": only fields and index are supported, was: " + text);
        }
        var host = template.expand(values, Map.of(), Map.of()).orElse("");
        if (!HOST.matcher(host).matches()) {
            throw new ConfigProblem("template: " + key + ": invalid host: " + host);
        }
        return template;
    }

    /** Nothing when a value is missing. */
    public Optional<String> expand(
            Map<String, String> values, Map<String, String> labels, Map<String, String> annotations) {
        var host = new StringBuilder();
        var matcher = ACTION.matcher(text);
        while (matcher.find()) {
            String value;
            if (matcher.group(1) != null) {
                value = values.get(matcher.group(1));
                if (value == null) {
                    return Optional.empty();
                }
            } else {
                value = ("Labels".equals(matcher.group(2)) ? labels : annotations).getOrDefault(matcher.group(3), "");
            }
            matcher.appendReplacement(host, java.util.regex.Matcher.quoteReplacement(value));
        }
        return Optional.of(matcher.appendTail(host).toString());
    }
}
