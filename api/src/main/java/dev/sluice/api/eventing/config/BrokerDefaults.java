package dev.sluice.api.eventing.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code config-br-defaults}: what a Broker is given that does not say it itself.
 *
 * @param cluster for namespaces that are not named
 * @param namespaces by name, each with what it sets; the rest is that of the cluster
 */
public record BrokerDefaults(Scope cluster, Map<String, Scope> namespaces) {
    /** The class that Knative gives a Broker for which nobody chose one. */
    public static final String CLASS = "MTChannelBasedBroker";

    private static final String KEY = "default-br-config";

    /**
     * @param brokerClass empty where it is not set
     * @param whole reference ({@code apiVersion}, {@code kind}, {@code name}, {@code namespace}) and {@code delivery} of the scope
     * @param classes the same by class
     */
    public record Scope(String brokerClass, ObjectNode whole, Map<String, ObjectNode> classes) {
        /** Empty where there is none. */
        ObjectNode config(String forClass) {
            var own = classes.get(forClass);
            var from = own != null ? own : brokerClass.isEmpty() || brokerClass.equals(forClass) ? whole : EMPTY;
            var config = JsonNodeFactory.instance.objectNode();
            for (var field : new String[] {"apiVersion", "kind", "name", "namespace"}) {
                if (from.hasNonNull(field)) {
                    config.set(field, from.get(field));
                }
            }
            return config.hasNonNull("name") ? config : EMPTY;
        }

        JsonNode delivery(String forClass) {
            var own = classes.get(forClass);
            return own != null && own.hasNonNull("delivery") ? own.get("delivery") : whole.path("delivery");
        }
    }

    private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode();

    public BrokerDefaults {
        namespaces = Map.copyOf(namespaces);
    }

    static BrokerDefaults upstream() {
        return parse(Map.of(KEY, """
            clusterDefault:
              brokerClass: MTChannelBasedBroker
              apiVersion: v1
              kind: ConfigMap
              name: config-br-default-channel
              namespace: knative-eventing
              delivery:
                retry: 10
                backoffPolicy: exponential
                backoffDelay: PT0.2S
            """));
    }

    static BrokerDefaults parse(Map<String, String> data) {
        var text = data.get(KEY);
        if (text == null) {
            return data.isEmpty() || data.keySet().equals(java.util.Set.of("_example"))
                    ? upstream()
                    : refuse("not found key \"" + KEY + "\"");
        }
        var root = Yaml.read(KEY, text);
        if (!root.path("clusterDefault").isObject()) {
            return refuse("clusterDefault is missing in \"" + KEY + "\"");
        }
        var namespaces = new TreeMap<String, Scope>();
        root.path("namespaceDefaults").properties().forEach(e -> namespaces.put(e.getKey(), scope(e.getValue())));
        return new BrokerDefaults(scope(root.path("clusterDefault")), namespaces);
    }

    private static BrokerDefaults refuse(String message) {
        throw new UnusableConfig(message);
    }

    private static Scope scope(JsonNode node) {
        var classes = new TreeMap<String, ObjectNode>();
        node.path("brokerClasses").properties().forEach(e -> {
            if (e.getValue() instanceof ObjectNode object) {
                classes.put(e.getKey(), object);
            }
        });
        return new Scope(
                node.path("brokerClass").asText(""), node instanceof ObjectNode object ? object : EMPTY, classes);
    }

    /** Of a Broker that does not name one. */
    public String brokerClass(String namespace) {
        var own = namespaces.get(namespace);
        var named = own == null || own.brokerClass.isEmpty() ? cluster.brokerClass : own.brokerClass;
        return named.isEmpty() ? CLASS : named;
    }

    /** Empty when there is none for the class. */
    public ObjectNode config(String namespace, String brokerClass) {
        var own = namespaces.get(namespace);
        var found = own == null ? EMPTY : own.config(brokerClass);
        return (found.isEmpty() ? cluster.config(brokerClass) : found).deepCopy();
    }

    /** Missing when there is none. */
    public JsonNode delivery(String namespace, String brokerClass) {
        var own = namespaces.get(namespace);
        var found = own == null ? EMPTY.path("delivery") : own.delivery(brokerClass);
        return (found.isObject() ? found : cluster.delivery(brokerClass)).deepCopy();
    }
}
