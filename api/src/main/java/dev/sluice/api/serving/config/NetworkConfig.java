package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * config-network, with Sluice's own key {@code external-port}: shown in URLs when it is not the scheme's.
 *
 * Certificates are never obtained: every switch that asks for that is refused.
 *
 * @param redirectHttp whether HTTP is answered with a redirection to HTTPS
 * @param externalPort 0 when unset
 */
public record NetworkConfig(
        String ingressClass,
        String certificateClass,
        HostTemplate domainTemplate,
        HostTemplate tagTemplate,
        Duration rolloutDuration,
        boolean autocreateClusterDomainClaims,
        String externalScheme,
        boolean redirectHttp,
        int externalPort) {
    private static final Map<String, String> ROUTE = Map.of("Name", "foo", "Namespace", "bar", "Domain", "baz.com");
    private static final Map<String, String> TAG = Map.of("Name", "foo", "Tag", "v2");
    private static final Set<String> SUPPORTED_PROTOCOLS = Set.of("", "enabled", "redirected");

    public static NetworkConfig parse(Map<String, String> map) {
        var data = new ConfigData(map);
        long rollout = data.whole(0, "rollout-duration", "rolloutDuration");
        unless(rollout >= 0, "rollout-duration must be a positive integer, but was " + rollout);
        var protocol = data.text("", "http-protocol", "httpProtocol");
        unless(
                SUPPORTED_PROTOCOLS.contains(protocol.toLowerCase(Locale.ROOT)),
                "httpProtocol " + protocol + " in config-network ConfigMap is not supported");
        for (var key : new String[] {
            "system-internal-tls", "cluster-local-domain-tls", "external-domain-tls", "auto-tls", "autoTLS"
        }) {
            var value = data.text("", key);
            unless(
                    Set.of("", "disabled").contains(value.toLowerCase(Locale.ROOT)),
                    key + " with value " + value + " in config-network ConfigMap is not supported");
        }
        unless(
                Set.of("", "{}")
                        .contains(data.text("", "namespace-wildcard-cert-selector")
                                .strip()),
                OperationsConfig.unsupported("namespace-wildcard-cert-selector", map, ServingSettings.NETWORK));
        unless(
                !data.text("", "mesh-compatibility-mode").equalsIgnoreCase("enabled"),
                OperationsConfig.unsupported("mesh-compatibility-mode", map, ServingSettings.NETWORK));
        return new NetworkConfig(
                data.text("sluice.ingress.networking.knative.dev", "ingress-class", "ingress.class"),
                data.text("cert-manager.certificate.networking.knative.dev", "certificate-class", "certificate.class"),
                HostTemplate.parse(
                        "domain-template",
                        data.text("{{.Name}}.{{.Namespace}}.{{.Domain}}", "domain-template", "domainTemplate"),
                        ROUTE),
                HostTemplate.parse("tag-template", data.text("{{.Tag}}-{{.Name}}", "tag-template", "tagTemplate"), TAG),
                Duration.ofSeconds(rollout),
                data.truth("autocreate-cluster-domain-claims", data.truth("autocreateClusterDomainClaims", false)),
                data.text("http", "default-external-scheme", "defaultExternalScheme"),
                protocol.equalsIgnoreCase("redirected"),
                data.count("external-port", 0));
    }
}
