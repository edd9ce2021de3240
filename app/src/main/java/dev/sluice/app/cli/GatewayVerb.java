package dev.sluice.app.cli;

import dev.sluice.app.platform.GatewayRole;
import dev.sluice.app.platform.GatewayTls;
import dev.sluice.app.platform.PlatformException;
import dev.sluice.app.state.StateDir;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a gateway alone, in the foreground, until it is told to stop. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Run a gateway as a process of its own, for an instance that was started with 'up --gateways'.")
final class GatewayVerb implements LocalVerb {
    @Option(
            names = "--control",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where the instance listens for gateways; 'up' says it.")
    String control = "";

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            required = true,
            converter = SocketAddressWord.class,
            description = "Where to take requests; may be given more than once.")
    List<InetSocketAddress> listen = List.of();

    @Option(
            names = "--listen-tls",
            paramLabel = "HOST:PORT",
            converter = SocketAddressWord.class,
            description = "Where to take requests over TLS; may be given more than once.")
    List<InetSocketAddress> listenTls = List.of();

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = "PEM chain for names that have no certificate of their own.")
    @Nullable
    Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM key of --tls-certificate.")
    @Nullable
    Path tlsKey;

    @Option(
            names = "--peers",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            converter = SocketAddressWord.class,
            description =
                    "Where other gateways reach this one, to keep limits together (default: loopback, any free port).")
    InetSocketAddress peers = InetSocketAddress.createUnresolved("", 0);

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            converter = SocketAddressWord.class,
            description = "Health, metrics and drain hooks (default: loopback, any free port).")
    InetSocketAddress admin = InetSocketAddress.createUnresolved("", 0);

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "What lets a gateway in (default: gateway.token in the state folder).")
    @Nullable
    Path token;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "State folder (default: $$SLUICE_HOME, else $$XDG_STATE_HOME/sluice, else ~/.local/state/sluice).")
    @Nullable
    Path state;

    @Override
    public int run(Here here) throws InterruptedException {
        if ((tlsCertificate == null) != (tlsKey == null)) {
            throw new UsageException("--tls-certificate and --tls-key need each other");
        }
        try {
            return GatewayRole.run(new GatewayRole.Options(
                    StateDir.of(state, here.env()),
                    control,
                    token,
                    listen,
                    listenTls,
                    new GatewayTls(0, tlsCertificate, tlsKey),
                    peers,
                    admin,
                    here.env(),
                    line -> here.out().println(line)));
        } catch (PlatformException e) {
            throw new VerbException(String.valueOf(e.getMessage()));
        }
    }
}
