package dev.sluice.serving;

import dev.sluice.api.serving.config.ServingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What serving has to know of the place it runs in; what people choose stands in the ConfigMaps of {@code knative-serving}.
 *
 * @param domain of the external names unless config-domain says otherwise: {@code {name}.{namespace}.{domain}}
 * @param clusterDomain of the in-cluster names, for example {@code cluster.local}
 * @param externalPort shown in {@code status.url} unless it is 80 or 443, or config-network says otherwise
 * @param externalTlsPort the same for {@code https}; 0 when no gateway listens for TLS
 * @param gatewayAddresses IPs at which pods reach a gateway
 * @param gatewayPort at those addresses
 * @param drainHook host and port that a pod's preStop hook calls, for example the ClusterIP of the gateway's Service; null when
 *     pods get no such hook
 * @param registries how to ask registries for digests
 * @param queueDepth requests that may wait for one revision's pods
 * @param scalingMemory file for what the autoscaler knows, so that the next process goes on with it; null where gateways outlive us
 *     and tell it again
 */
public record ServingConfig(
        String domain,
        String clusterDomain,
        int externalPort,
        int externalTlsPort,
        List<String> gatewayAddresses,
        int gatewayPort,
        @Nullable String drainHook,
        Registries registries,
        int queueDepth,
        @Nullable Path scalingMemory) {
    public ServingConfig {
        gatewayAddresses = List.copyOf(gatewayAddresses);
    }

    /**
     * How images are found out about.
     *
     * @param insecure registries ({@code host:port}) spoken to over plain HTTP; loopback always is
     * @param mirrors registry to the {@code host:port} that answers for it
     */
    public record Registries(Set<String> insecure, Map<String, String> mirrors) {
        public Registries {
            insecure = Set.copyOf(insecure);
            mirrors = Map.copyOf(mirrors);
        }

        public static Registries plain() {
            return new Registries(Set.of(), Map.of());
        }
    }

    /** For one machine: everything as Knative has it by default, with one gateway. */
    public static ServingConfig local(String domain, int externalPort, String gatewayAddress, int gatewayPort) {
        return new ServingConfig(
                domain,
                "cluster.local",
                externalPort,
                0,
                List.of(gatewayAddress),
                gatewayPort,
                null,
                Registries.plain(),
                1000,
                null);
    }

    public ServingConfig withRegistries(Registries other) {
        return new ServingConfig(
                domain,
                clusterDomain,
                externalPort,
                externalTlsPort,
                gatewayAddresses,
                gatewayPort,
                drainHook,
                other,
                queueDepth,
                scalingMemory);
    }

    public ServingConfig withTls(int port) {
        return new ServingConfig(
                domain,
                clusterDomain,
                externalPort,
                port,
                gatewayAddresses,
                gatewayPort,
                drainHook,
                registries,
                queueDepth,
                scalingMemory);
    }

    public ServingConfig withDrainHook(String hostAndPort) {
        return new ServingConfig(
                domain,
                clusterDomain,
                externalPort,
                externalTlsPort,
                gatewayAddresses,
                gatewayPort,
                hostAndPort,
                registries,
                queueDepth,
                scalingMemory);
    }

    public ServingConfig withScalingMemory(Path file) {
        return new ServingConfig(
                domain,
                clusterDomain,
                externalPort,
                externalTlsPort,
                gatewayAddresses,
                gatewayPort,
                drainHook,
                registries,
                queueDepth,
                file);
    }

    /** What holds without ConfigMaps: no grace before zero, as this gateway knows of every change at once. */
    public ServingSettings.Place place() {
        return new ServingSettings.Place(domain, clusterDomain, Duration.ZERO);
    }
}
