package dev.sluice.api.serving.config;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code runtime-class-name} of config-deployment: which revisions run in which runtime class, where they name none themselves.
 *
 * @param selectors labels of each class; an empty one fits all revisions
 */
public record RuntimeClasses(Map<String, Map<String, String>> selectors) {
    private static final String KEY = "runtime-class-name";
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    public RuntimeClasses {
        selectors = Map.copyOf(selectors);
    }

    static RuntimeClasses parse(String text) {
        var classes = new TreeMap<String, Map<String, String>>();
        if (!text.isBlank()) {
            read(text).forEach((name, value) -> classes.put(String.valueOf(name), selector(value)));
        }
        return new RuntimeClasses(classes);
    }

    /** The class whose selector says most about a revision with these labels; of equals the first by name. */
    public Optional<String> of(Map<String, String> labels) {
        String best = null;
        int specificity = -1;
        for (var entry : new TreeMap<>(selectors).entrySet()) {
            var selector = entry.getValue();
            if (labels.entrySet().containsAll(selector.entrySet()) && selector.size() > specificity) {
                best = entry.getKey();
                specificity = selector.size();
            }
        }
        return Optional.ofNullable(best);
    }

    private static Map<?, ?> read(String text) {
        try {
            return YAML.unmarshal("---\n" + text, Map.class);
        } catch (RuntimeException _) { // whatever the YAML reader throws
            throw wrong();
        }
    }

    private static Map<String, String> selector(Object value) {
        var selector = new TreeMap<String, String>();
        if (value instanceof Map<?, ?> fields) {
            if (fields.get("selector") instanceof Map<?, ?> labels) {
                labels.forEach((key, label) -> selector.put(String.valueOf(key), String.valueOf(label)));
            } else if (fields.get("selector") != null) {
                throw wrong();
            }
        } else if (value != null) {
            throw wrong();
        }
        return Map.copyOf(selector);
    }

    private static ConfigProblem wrong() {
        return new ConfigProblem(KEY
                + " cannot be parsed, please check the format: wants names of classes, each with a selector of labels");
    }
}
