package dev.sluice.app.platform;

import dev.sluice.app.payloads.PayloadKeys;
import dev.sluice.app.state.StateDir;
import dev.sluice.processes.Env;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an instance is asked to be.
 *
 * @param kubeconfig of the cluster to use, or null for a Kubernetes of our own
 * @param registry for what is built; null takes the one of our own Kubernetes
 * @param mirrors registries by the registry whose images they hold
 * @param insecureRegistries spoken to without TLS
 * @param gatewayPort on loopback, or 0 for that of last time
 * @param tls where clients speak to the gateway over TLS
 * @param advertise where the cluster reaches us, or null to find out
 * @param payloadKeys to encrypt workflow histories with, or null to leave them plain
 * @param adopt run beside the controllers of another Knative
 * @param plainProcesses never isolate pods
 * @param gateways when they are processes of their own; null runs one inside
 * @param progress one line for each step that takes time
 */
public record PlatformOptions(
        StateDir state,
        Env env,
        @Nullable Path kubeconfig,
        @Nullable String registry,
        Map<String, String> mirrors,
        List<String> insecureRegistries,
        int gatewayPort,
        GatewayTls tls,
        @Nullable String advertise,
        @Nullable PayloadKeys payloadKeys,
        boolean adopt,
        boolean plainProcesses,
        @Nullable SeparateGateways gateways,
        Consumer<String> progress) {
    /**
     * Gateways that are processes of their own.
     *
     * @param outside where people and programs on this machine reach them
     * @param pods where pods do
     * @param control where they find us; port 0 takes that of last time, else a free one
     * @param expected how many there have to be for a route to count as served
     */
    public record SeparateGateways(
            InetSocketAddress outside, InetSocketAddress pods, InetSocketAddress control, int expected) {}

    public PlatformOptions {
        mirrors = Map.copyOf(mirrors);
        insecureRegistries = List.copyOf(insecureRegistries);
    }
}
