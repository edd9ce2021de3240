package dev.sluice.kubedev.node.image;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Set;

/**
 * Where registries really are: mirrors by name, and which of them are spoken to in plain http. Loopback always is.
 *
 * @param mirrors registry name to the `host:port` that answers for it
 * @param insecure `host:port` or `host` of registries without TLS
 */
public record RegistryAccess(Map<String, String> mirrors, Set<String> insecure) {

    public RegistryAccess {
        mirrors = Map.copyOf(mirrors);
        insecure = Set.copyOf(insecure);
    }

    String endpoint(String registry) {
        String host = mirrors.getOrDefault(registry, registry.equals("docker.io") ? "registry-1.docker.io" : registry);
        return (plain(host) ? "http://" : "https://") + host;
    }

    private boolean plain(String hostAndPort) {
        String host = hostAndPort.replaceFirst(":[0-9]+$", "");
        if (insecure.contains(hostAndPort) || insecure.contains(host) || mirrors.containsValue(hostAndPort)) {
            return true;
        }
        if (host.equals("localhost") || host.endsWith(".localhost")) {
            return true;
        }
        if (!host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]")) {
            return false;
        }
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }
}
