package dev.sluice.api.serving.config;

import dev.sluice.api.networking.NetworkingNames;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import java.util.TreeMap;

/**
 * config-domain: the domains of Routes, by the labels that choose them.
 *
 * @param selectors of each domain; an empty one makes it the default
 */
public record DomainConfig(Map<String, Map<String, String>> selectors, String clusterDomain) {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    public DomainConfig {
        selectors = Map.copyOf(selectors);
    }

    /** @param clusterDomain for example {@code cluster.local}: what is left when no domain is the default */
    public static DomainConfig parse(Map<String, String> map, String clusterDomain) {
        var selectors = new TreeMap<String, Map<String, String>>();
        map.forEach((domain, value) -> {
            if (!domain.equals("_example")) {
                selectors.put(domain, selector(domain, value));
            }
        });
        if (selectors.values().stream().noneMatch(Map::isEmpty)) {
            selectors.put("svc." + clusterDomain, Map.of());
        }
        return new DomainConfig(selectors, clusterDomain);
    }

    /** The domain whose selector says most about a Route with these labels; of equals the first by name. */
    public String domain(Map<String, String> labels) {
        var local = "svc." + clusterDomain;
        if (NetworkingNames.CLUSTER_LOCAL.equals(labels.get(NetworkingNames.VISIBILITY))) {
            return local;
        }
        var best = local;
        int specificity = -1;
        for (var domain : new TreeMap<>(selectors).entrySet()) {
            var selector = domain.getValue();
            if (labels.entrySet().containsAll(selector.entrySet()) && selector.size() > specificity) {
                best = domain.getKey();
                specificity = selector.size();
            }
        }
        return best;
    }

    private static Map<String, String> selector(String domain, String value) {
        if (value.isBlank()) {
            return Map.of();
        }
        var selector = new TreeMap<String, String>();
        try {
            if (YAML.unmarshal("---\n" + value, Map.class).get("selector") instanceof Map<?, ?> labels) {
                labels.forEach((key, label) -> selector.put(String.valueOf(key), String.valueOf(label)));
            }
        } catch (RuntimeException _) { // whatever the YAML reader throws
            throw new ConfigProblem(
                    "failed to parse \"" + domain + "\": wants YAML with a selector of labels, or nothing");
        }
        return Map.copyOf(selector);
    }
}
