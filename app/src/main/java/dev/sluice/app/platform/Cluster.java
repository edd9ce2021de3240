package dev.sluice.app.platform;

import dev.sluice.kubedev.registry.Registry;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The Kubernetes an instance works on.
 *
 * @param address of this machine as the cluster's API server and pods reach it
 * @param registry where built images go, {@code host:port} or with a path
 * @param own whether it is ours, so that its parts are our children
 */
record Cluster(KubernetesClient client, Path kubeconfig, InetAddress address, String registry, boolean own)
        implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 60_000;

    static KubernetesClient connect(Path kubeconfig) {
        try {
            var config = Config.fromKubeconfig(Files.readString(kubeconfig));
            config.setRequestTimeout(REQUEST_MILLIS); // a busy machine is no reason to give up
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (IOException e) {
            throw new PlatformException("reading the kubeconfig " + kubeconfig + ": " + e.getMessage(), e);
        }
    }

    static Cluster of(PlatformOptions options, Engines engines) {
        var own = engines.kubernetes();
        if (own == null) {
            return given(
                    Objects.requireNonNull(options.kubeconfig()),
                    Objects.requireNonNull(options.registry()),
                    options.advertise());
        }
        var registry = options.registry() == null
                ? own.registry().map(Registry::address).orElseThrow()
                : options.registry();
        return new Cluster(connect(own.kubeconfig()), own.kubeconfig(), literal(own.hostAddress()), registry, true);
    }

    private static InetAddress literal(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(address + " is not an address", e);
        }
    }

    /** Registries to speak to without TLS: those that were named, and the one that what is built goes to unless it is public. */
    List<String> insecureRegistries(PlatformOptions options) {
        var all = new TreeSet<>(options.insecureRegistries());
        all.add(registry.replaceFirst("/.*", ""));
        all.addAll(options.mirrors().values());
        return List.copyOf(all);
    }

    /** A cluster that was there before us. */
    private static Cluster given(Path kubeconfig, String registry, @Nullable String advertise) {
        var client = connect(kubeconfig);
        try {
            var server = client.getMasterUrl();
            var address = advertise == null ? towards(server.toString()) : InetAddress.getByName(advertise);
            return new Cluster(client, kubeconfig, address, registry, false);
        } catch (UnknownHostException e) {
            client.close();
            throw new PlatformException("--advertise-address " + advertise + " is not an address", e);
        } catch (PlatformException e) {
            client.close();
            throw e;
        }
    }

    /** The address of this machine on the way to the API server. */
    private static InetAddress towards(String server) {
        var uri = URI.create(server);
        int port = uri.getPort() < 0 ? 443 : uri.getPort();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), port), CONNECT_MILLIS);
            return socket.getLocalAddress();
        } catch (IOException e) {
            throw new PlatformException("cannot reach the cluster at " + server + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
