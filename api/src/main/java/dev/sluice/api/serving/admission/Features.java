package dev.sluice.api.serving.admission;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The switches of config-features (spec/serving.md section 1.17): each Enabled, Allowed or Disabled. */
public record Features(Map<String, String> flags) {
    private static final Set<String> ON_BY_DEFAULT = Set.of("multi-container", "kubernetes.podspec-volumes-emptydir");
    private static final Set<String> VALUES = Set.of("enabled", "allowed", "disabled");
    /** About a sidecar that there is none of, and what the data plane does not find out by itself. */
    private static final Set<String> UNSUPPORTED =
            Set.of("autodetect-http2", "queueproxy.mount-podinfo", "queueproxy.resource-defaults");

    private static final Features UPSTREAM = new Features(Map.of());

    public Features {
        var lower = new TreeMap<String, String>();
        flags.forEach((name, value) -> lower.put(name, value.toLowerCase(Locale.ROOT)));
        flags = Map.copyOf(lower);
    }

    public static Features upstream() {
        return UPSTREAM;
    }

    /** Reads the ConfigMap; what is no value of a switch leaves its default, as upstream does. */
    public static Features parse(Map<String, String> data) {
        var flags = new TreeMap<String, String>();
        data.forEach((name, value) -> {
            if (VALUES.contains(value.toLowerCase(Locale.ROOT)) || name.equals("secure-pod-defaults")) {
                flags.put(name, value);
            }
        });
        return new Features(flags);
    }

    /** Why config-features must not be stored: a switch that would change nothing is refused rather than ignored. */
    public static Optional<String> check(Map<String, String> data) {
        return data.entrySet().stream()
                .filter(flag ->
                        UNSUPPORTED.contains(flag.getKey()) && !flag.getValue().equalsIgnoreCase("disabled"))
                .map(flag -> flag.getKey() + " with value " + flag.getValue()
                        + " in config-features ConfigMap is not supported")
                .sorted()
                .findFirst();
    }

    /** Whether requests may choose a tag by a header. */
    public boolean tagHeaderBasedRouting() {
        return enabled("tag-header-based-routing");
    }

    boolean enabled(String name) {
        return value(name).equals("enabled");
    }

    boolean disabled(String name) {
        return value(name).equals("disabled");
    }

    /** {@code disabled}, {@code allowrootbounded} or {@code enabled}. */
    String securePodDefaults() {
        return value("secure-pod-defaults");
    }

    /** Of a switch, in lower case. */
    public String value(String name) {
        return flags.getOrDefault(name, ON_BY_DEFAULT.contains(name) ? "enabled" : "disabled");
    }
}
