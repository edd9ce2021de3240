package dev.sluice.api.eventing.config;

import dev.sluice.api.duck.DeliveryRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the ConfigMaps of {@code knative-eventing} say that Sluice reads: one ConfigMap replaces its part. */
public record EventingSettings(BrokerDefaults brokers, ChannelDefaults channels, Map<String, String> features) {
    public static final String NAMESPACE = "knative-eventing";
    public static final String BROKERS = "config-br-defaults";
    /** What a Broker refers to by default; the template in it says what carries the Broker's events. */
    public static final String BROKER_CHANNEL = "config-br-default-channel";

    public static final String CHANNELS = "default-ch-webhook";
    public static final String FEATURES = "config-features";

    private static final String AUTO_CREATE = "eventtype-auto-create";

    /** The values of Knative's other flags that say what holds here in any case. */
    private static final Map<String, List<String>> SUPPORTED = Map.of(
            "authentication-oidc", List.of("disabled"),
            "cross-namespace-event-links", List.of("disabled"),
            "default-authorization-mode", List.of("allow-all", "allow-same-namespace"),
            "istio", List.of("disabled"),
            "kreference-group", List.of("disabled"),
            "kreference-mapping", List.of("disabled"),
            "new-apiserversource-filters", List.of("disabled"),
            "new-trigger-filters", List.of("enabled"),
            "transport-encryption", List.of("disabled"));

    /** The ConfigMaps that are read. */
    public static final Set<String> NAMES = Set.of(BROKERS, BROKER_CHANNEL, CHANNELS, FEATURES);

    public EventingSettings {
        features = Map.copyOf(features);
    }

    /** Without any ConfigMap. */
    public static EventingSettings upstream() {
        return new EventingSettings(BrokerDefaults.upstream(), ChannelDefaults.upstream(), Map.of());
    }

    /**
     * With the content of the ConfigMap of this name; one that is not read changes nothing.
     *
     * @throws UnusableConfig when it cannot be used
     */
    public EventingSettings with(String name, Map<String, String> data) {
        return switch (name) {
            case BROKERS -> new EventingSettings(BrokerDefaults.parse(data), channels, features);
            case CHANNELS -> new EventingSettings(brokers, ChannelDefaults.parse(data), features);
            case FEATURES -> new EventingSettings(brokers, channels, checked(data));
            default -> this;
        };
    }

    private static Map<String, String> checked(Map<String, String> data) {
        for (var key : new String[] {"delivery-timeout", "delivery-retryafter", AUTO_CREATE}) {
            var value = data.getOrDefault(key, "enabled").strip();
            if (!Set.of("enabled", "disabled", "Enabled", "Disabled", "allowed", "Allowed")
                    .contains(value)) {
                throw new UnusableConfig("invalid value \"" + value + "\" for flag \"" + key + "\"");
            }
        }
        return data;
    }

    /** The flags that ask for what there is not, for people: they have no effect. */
    public List<String> unsupported() {
        var found = new ArrayList<String>();
        new TreeMap<>(features).forEach((key, given) -> {
            var value = given.strip();
            var fine = SUPPORTED.get(key);
            if (fine != null && fine.stream().noneMatch(value::equalsIgnoreCase)) {
                found.add(key + ": " + value + " is not supported, " + String.join(" or ", fine) + " holds");
            }
        });
        return found;
    }

    public DeliveryRules.Allowed delivery() {
        return new DeliveryRules.Allowed(enabled("delivery-timeout"), enabled("delivery-retryafter"));
    }

    /** Whether each type of event that comes is made an EventType. */
    public boolean createsEventTypes() {
        return features.getOrDefault(AUTO_CREATE, "disabled").strip().equalsIgnoreCase("enabled");
    }

    private boolean enabled(String feature) {
        return features.getOrDefault(feature, "enabled").strip().equalsIgnoreCase("enabled");
    }
}
