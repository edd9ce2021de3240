package dev.sluice.app.platform;

import dev.sluice.app.state.StateDir;
import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.GatewayConfig;
import dev.sluice.gateway.peers.Peering;
import dev.sluice.link.GatewayLink;
import dev.sluice.processes.Env;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One process that is a gateway and nothing else: it goes on serving while its instance is away. */
public final class GatewayRole {
    private static final Duration HANDOVER = Duration.ofSeconds(3);

    /**
     * What a gateway is asked to be.
     *
     * @param state where its log goes, and the token comes from when no file is given
     * @param control {@code host:port} of the instance
     * @param peers where other gateways reach this one
     */
    public record Options(
            StateDir state,
            String control,
            @Nullable Path token,
            List<InetSocketAddress> listen,
            List<InetSocketAddress> listenTls,
            GatewayTls tls,
            InetSocketAddress peers,
            InetSocketAddress admin,
            Env env,
            Consumer<String> progress) {
        public Options {
            listen = List.copyOf(listen);
            listenTls = List.copyOf(listenTls);
        }
    }

    /** Returns when the process has been told to stop and what was in flight has ended. */
    public static int run(Options options) throws InterruptedException {
        var state = options.state().create();
        Logging.of(state.root().resolve("gateway.log"));
        var token = options.token() == null
                ? GatewayToken.in(state).make() // whoever of the two is started first
                : new GatewayToken(options.token()).read();
        var name = "gateway@" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
        var config = GatewayConfig.on(options.listen(), options.admin())
                .withTls(
                        new GatewayConfig.Tls(options.listenTls(), options.tls().fallback(), 0))
                .withTracing(GatewayTracing.of(options.env()))
                .withPeers(new Peering.Settings(name, options.peers(), token));
        @Nullable StopSignal stop = null;
        try (var link = new GatewayLink(options.control(), token, name);
                var gateway = Gateway.start(config, link)) {
            stop = new StopSignal(() -> {});
            link.start(gateway, gateway.peerAddress(), gateway::peers);
            options.progress()
                    .accept("Gateway on ports " + gateway.ports() + ", administration on port " + gateway.adminPort()
                            + ", instance at " + options.control());
            stop.await();
            link.leave(HANDOVER);
        } catch (IOException e) {
            throw new PlatformException("starting the gateway: " + e.getMessage(), e);
        } finally {
            if (stop != null) {
                stop.closed();
            }
        }
        return 0;
    }

    private GatewayRole() {}
}
