package dev.sluice.api.eventing.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;

/** The objects that stand as text in a key of a ConfigMap. */
final class Yaml {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    static ObjectNode read(String key, String text) {
        try {
            if (YAML.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new UnusableConfig("failed to parse \"" + key + "\": " + e.getOriginalMessage());
        }
        throw new UnusableConfig("failed to parse \"" + key + "\": not an object");
    }

    private Yaml() {}
}
