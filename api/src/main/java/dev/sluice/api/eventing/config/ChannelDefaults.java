package dev.sluice.api.eventing.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/** {@code default-ch-webhook}: the template of a Channel, Sequence or Parallel that has none, for the cluster and by namespace. */
public record ChannelDefaults(ObjectNode cluster, Map<String, ObjectNode> namespaces) {
    private static final String KEY = "default-ch-config";

    public ChannelDefaults {
        namespaces = Map.copyOf(namespaces);
    }

    static ChannelDefaults upstream() {
        return new ChannelDefaults(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("apiVersion", "messaging.knative.dev/v1")
                        .put("kind", "InMemoryChannel"),
                Map.of());
    }

    static ChannelDefaults parse(Map<String, String> data) {
        var text = data.get(KEY);
        if (text == null) {
            return upstream();
        }
        var root = Yaml.read(KEY, text);
        var namespaces = new TreeMap<String, ObjectNode>();
        root.path("namespaceDefaults").properties().forEach(e -> {
            if (e.getValue() instanceof ObjectNode template) {
                namespaces.put(e.getKey(), template);
            }
        });
        return new ChannelDefaults(
                root.path("clusterDefault") instanceof ObjectNode template
                        ? template
                        : upstream().cluster(),
                namespaces);
    }

    public ObjectNode template(String namespace) {
        return namespaces.getOrDefault(namespace, cluster).deepCopy();
    }
}
