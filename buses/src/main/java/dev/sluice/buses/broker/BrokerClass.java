package dev.sluice.buses.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.EventingNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which bus carries a Broker, by its class: the channel that its configuration asks for (Knative's own class), or the bus that the
 * class is named after. A Broker of another class is somebody else's.
 */
final class BrokerClass {
    private static final String CHANNEL_BASED = "MTChannelBasedBroker";
    private static final Map<String, String> NAMED = Map.of(
            "Kafka", "kafka", "KafkaNamespaced", "kafka", "RabbitMQBroker", "rabbitmq", "googlecloud", "gcppubsub");
    private static final Map<String, String> CHANNELS = Map.of("InMemoryChannel", "stub", "KafkaChannel", "kafka");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** The bus, and what is wrong with the configuration: without a bus why there is none, else why there is none for a new Broker. */
    record Choice(@Nullable String bus, Map<String, String> arguments, String problem) {
        Choice(@Nullable String bus, String problem) {
            this(bus, Map.of(), problem);
        }

        /** A Broker that takes events goes on doing so: its topic is there, and the configuration is only for making it. */
        Choice given(boolean takesEvents) {
            return takesEvents || problem.isEmpty() ? this : new Choice(null, problem);
        }
    }

    /** What the ConfigMap of a namespace and a name says; null when there is none. */
    interface ConfigMaps {
        @Nullable
        Map<String, String> data(String namespace, String name);
    }

    static String of(Broker broker) {
        var annotations = broker.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(EventingNames.BROKER_CLASS, "");
    }

    static boolean isKafka(Broker broker) {
        return "kafka".equals(NAMED.get(of(broker)));
    }

    static boolean ours(Broker broker) {
        var name = of(broker);
        return name.equals(CHANNEL_BASED) || NAMED.containsKey(name);
    }

    static Choice choose(Broker broker, KubernetesClient client) {
        return choose(broker, (namespace, name) -> {
            var map = client.configMaps().inNamespace(namespace).withName(name).get();
            return map == null ? null : Objects.requireNonNullElse(map.getData(), Map.of());
        });
    }

    static Choice choose(Broker broker, ConfigMaps maps) {
        var named = NAMED.get(of(broker));
        var config = broker.getSpec() == null ? null : broker.getSpec().config();
        if (config == null || config.name() == null) {
            return new Choice(named == null ? "stub" : named, "");
        }
        if (named != null && !named.equals("kafka")) {
            return new Choice(named, "");
        }
        return configured(named, config, config.name(), broker.getMetadata().getNamespace(), maps);
    }

    /** Of Knative's Kafka Broker: what its configuration says of its topic, or does not say. */
    static Map<String, String> topic(Map<String, String> data) {
        return Map.of(
                "NumPartitions",
                        data.getOrDefault("default.topic.partitions", "10").strip(),
                "ReplicationFactorAtMost",
                        data.getOrDefault("default.topic.replication.factor", "3")
                                .strip());
    }

    private static Choice configured(
            @Nullable String named, KReference config, String name, String namespace, ConfigMaps maps) {
        var where = Objects.requireNonNullElse(config.namespace(), namespace);
        var words = config.kind() + " " + where + "/" + name;
        if (!"ConfigMap".equals(config.kind())) {
            return new Choice(named, "spec.config is a " + config.kind() + ", expected a ConfigMap");
        }
        var data = maps.data(where, name);
        if (data == null) {
            return new Choice(named, words + " does not exist");
        }
        return named == null ? template(words, data) : new Choice(named, topic(data), "");
    }

    private static Choice template(String words, Map<String, String> data) {
        var text = Optional.ofNullable(data.get("channel-template-spec"))
                .orElse(data.getOrDefault("channelTemplateSpec", ""));
        try {
            var kind = YAML.readTree(text).path("kind").asText("");
            var bus = CHANNELS.get(kind);
            return bus == null
                    ? new Choice(
                            null,
                            words + ": channel-template-spec has the kind \"" + kind + "\"; known are "
                                    + String.join(", ", new java.util.TreeSet<>(CHANNELS.keySet())))
                    : new Choice(bus, "");
        } catch (JsonProcessingException e) {
            return new Choice(null, words + ": channel-template-spec cannot be read: " + e.getOriginalMessage());
        }
    }

    private BrokerClass() {}
}
