package dev.sluice.buses.channel;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.SubscriberSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The list of subscribers in the spec of a channel of any kind, by uid; and what its status says of them. */
final class Subscribers {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Writes only what changes; a conflict with another writer is an exception, and the caller comes again. */
    static GenericKubernetesResource put(
            KubernetesClient client, GenericKubernetesResource channel, SubscriberSpec subscriber) {
        var entry = JSON.convertValue(subscriber, Map.class);
        var list = list(channel);
        for (int i = 0; i < list.size(); i++) {
            if (has(list.get(i), subscriber.uid())) {
                if (JSON.valueToTree(list.get(i)).equals(JSON.valueToTree(entry))) {
                    return channel;
                }
                list.set(i, entry);
                return write(client, channel, list);
            }
        }
        list.add(entry);
        return write(client, channel, list);
    }

    static void remove(KubernetesClient client, GenericKubernetesResource channel, String uid) {
        var list = list(channel);
        if (list.removeIf(entry -> has(entry, uid))) {
            write(client, channel, list);
        }
    }

    private static boolean has(Object entry, @Nullable Object uid) {
        return entry instanceof Map<?, ?> map && Objects.equals(map.get("uid"), uid);
    }

    private static List<Object> list(GenericKubernetesResource channel) {
        List<?> there = channel.get("spec", "subscribers");
        return new ArrayList<>(Objects.requireNonNullElse(there, List.of()));
    }

    private static GenericKubernetesResource write(
            KubernetesClient client, GenericKubernetesResource channel, List<Object> list) {
        var changed = client.getKubernetesSerialization().clone(channel);
        var spec = JSON.createObjectNode();
        if (channel.get("spec") instanceof Map<?, ?> given) {
            spec.setAll((com.fasterxml.jackson.databind.node.ObjectNode) JSON.valueToTree(given));
        }
        spec.set("subscribers", JSON.valueToTree(list));
        changed.setAdditionalProperty("spec", JSON.convertValue(spec, Map.class));
        return client.resource(changed)
                .lockResourceVersion(channel.getMetadata().getResourceVersion())
                .update();
    }

    /** Unknown until the channel's status speaks of this generation of the subscriber. */
    static String ready(GenericKubernetesResource channel, String uid, long generation) {
        for (var entry : statuses(channel)) {
            if (has(entry, uid) && entry instanceof Map<?, ?> map) {
                var observed = map.get("observedGeneration");
                boolean current = observed instanceof Number number && number.longValue() >= generation;
                return current ? String.valueOf(map.get("ready")) : "Unknown";
            }
        }
        return "Unknown";
    }

    static String message(GenericKubernetesResource channel, String uid) {
        return statuses(channel).stream()
                .filter(entry -> has(entry, uid))
                .map(entry -> String.valueOf(((Map<?, ?>) entry).get("message")))
                .findFirst()
                .orElse("");
    }

    private static List<?> statuses(GenericKubernetesResource channel) {
        List<?> statuses = channel.get("status", "subscribers");
        return Objects.requireNonNullElse(statuses, List.of());
    }

    static DeliverySpec delivery(Object json) {
        return JSON.convertValue(json, DeliverySpec.class);
    }

    private Subscribers() {}
}
