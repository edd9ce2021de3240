package dev.sluice.app.platform;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where an instance is reached, and by whom.
 *
 * @param outside the gateway, for people and programs on this machine
 * @param tls the same over TLS; port 0 when gateways of their own do not listen for it
 * @param pods the gateway, for pods
 * @param admin the gateway's health, metrics and drain hooks: for this machine, or for the kubelet of a cluster
 * @param metrics the instance's own, for the same
 */
record Network(
        InetSocketAddress outside,
        InetSocketAddress tls,
        InetSocketAddress pods,
        int gitPort,
        int webhookPort,
        int apiPort,
        InetSocketAddress admin,
        InetSocketAddress metrics) {
    static final String DOMAIN = "localhost";

    private static final String GATEWAY = "gateway";
    private static final String GATEWAY_TLS = "gateway-tls";
    private static final int USUAL = 8080;
    private static final int USUAL_TLS = 8443;
    private static final int HTTP = 80;

    /** Ports of last time where they are free, so that what was told to others stays true. */
    static Network of(PlatformOptions options, Cluster cluster, int gatewayPort, int tlsPort) {
        var ports = ports(options);
        var tls = new InetSocketAddress(InetAddress.getLoopbackAddress(), tlsPort);
        var reach = cluster.own() ? InetAddress.getLoopbackAddress() : cluster.address();
        var metrics = new InetSocketAddress(reach, ports.of("metrics", 0));
        var others = options.gateways();
        if (others != null) {
            var unused = new InetSocketAddress(InetAddress.getLoopbackAddress(), gatewayPort);
            return new Network(
                    others.outside(),
                    tls,
                    others.pods(),
                    ports.of("git", 0),
                    ports.of("webhook", 0),
                    ports.of("api", 0),
                    unused,
                    metrics);
        }
        var outside = new InetSocketAddress(InetAddress.getLoopbackAddress(), gatewayPort);
        var pods = cluster.address().isLoopbackAddress()
                ? outside
                : new InetSocketAddress(cluster.address(), cluster.own() ? HTTP : ports.of("gateway-pods", 0));
        var admin = new InetSocketAddress(reach, ports.of("gateway-admin", 0));
        return new Network(
                outside, tls, pods, ports.of("git", 0), ports.of("webhook", 0), ports.of("api", 0), admin, metrics);
    }

    /** Where gateways of their own find this instance. */
    static InetSocketAddress gatewayControl(PlatformOptions options, InetSocketAddress wanted) {
        int port = wanted.getPort() > 0 ? wanted.getPort() : ports(options).of("gateway-control", 0);
        return new InetSocketAddress(wanted.getAddress(), port);
    }

    /** The gateway's port, found before anything is started and kept from others until the gateway listens. */
    static Ports.Held holdGatewayPort(PlatformOptions options) {
        var ports = ports(options);
        return options.gatewayPort() > 0
                ? fixed(ports, GATEWAY, "--gateway-port", options.gatewayPort())
                : usual(ports, GATEWAY, USUAL, options.progress());
    }

    /** The gateway's port for TLS, in the same way. */
    static Ports.Held holdTlsPort(PlatformOptions options) {
        var ports = ports(options);
        return options.tls().port() > 0
                ? fixed(ports, GATEWAY_TLS, "--tls-port", options.tls().port())
                : usual(ports, GATEWAY_TLS, USUAL_TLS, options.progress());
    }

    private static Ports ports(PlatformOptions options) {
        return Ports.rememberedIn(options.state().root().resolve("ports"));
    }

    private static Ports.Held fixed(Ports ports, String name, String option, int port) {
        try {
            return ports.hold(name, port);
        } catch (EngineException e) {
            throw new PlatformException(
                    option + " " + port + ": another program listens on it; without the option a free port is taken",
                    e);
        }
    }

    /** That of last time, or the usual one the first time; when somebody has it, another one, and a line that says so. */
    private static Ports.Held usual(Ports ports, String name, int first, Consumer<String> progress) {
        var last = ports.last(name);
        int wanted = last.orElse(first);
        try {
            return ports.hold(name, wanted);
        } catch (EngineException _) {
            var other = ports.hold(name, 0);
            progress.accept(name + ": another program listens on port " + wanted + "; taking port " + other.port()
                    + (last.isPresent() ? ", so the URLs of services have changed" : ""));
            return other;
        }
    }

    List<InetSocketAddress> listen() {
        var all = new ArrayList<>(List.of(outside));
        if (!pods.equals(outside)) {
            all.add(pods);
        }
        return all;
    }

    static String words(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    String url() {
        return "http://localhost:" + outside.getPort();
    }
}
