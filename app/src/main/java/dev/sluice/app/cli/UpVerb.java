package dev.sluice.app.cli;

import dev.sluice.app.payloads.PayloadKeys;
import dev.sluice.app.platform.GatewayTls;
import dev.sluice.app.platform.Instance;
import dev.sluice.app.platform.PlatformException;
import dev.sluice.app.platform.PlatformOptions;
import dev.sluice.app.state.StateDir;
import dev.sluice.app.state.StateProblem;
import dev.sluice.processes.EngineException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs an instance in the foreground until it is told to stop. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Run the platform: on this machine alone, or with --kubeconfig on a cluster you have.")
final class UpVerb implements LocalVerb {
    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Use this cluster; without it, Sluice starts a Kubernetes of its own.")
    @Nullable
    Path kubeconfig;

    @Option(
            names = "--registry",
            paramLabel = "HOST:PORT",
            description = "Registry that both this machine and the cluster reach; needed with --kubeconfig.")
    @Nullable
    String registry;

    @Option(
            names = "--mirror",
            paramLabel = "REGISTRY=HOST:PORT",
            description = "Take images of a registry from another one, for example docker.io=127.0.0.1:5000.")
    Map<String, String> mirrors = new LinkedHashMap<>();

    @Option(
            names = "--insecure-registry",
            paramLabel = "HOST:PORT",
            description = "A registry without TLS; loopback and Sluice's own need not be named.")
    List<String> insecure = List.of();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "State folder (default: $$SLUICE_HOME, else $$XDG_STATE_HOME/sluice, else ~/.local/state/sluice).")
    @Nullable
    Path state;

    @Option(
            names = "--gateway-port",
            paramLabel = "PORT",
            description = "Port of the gateway on loopback (default: that of last time, else 8080, else a free one).")
    int gatewayPort;

    @Option(
            names = "--tls-port",
            paramLabel = "PORT",
            description =
                    "Port of the gateway on loopback for TLS (default: that of last time, else 8443, else a free one);"
                            + " with --gateways, where they listen for TLS.")
    int tlsPort;

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
            names = "--advertise-address",
            paramLabel = "ADDRESS",
            description = "Where the cluster reaches this machine (default: found out by connecting to it).")
    @Nullable
    String advertise;

    @Option(
            names = "--payload-keys",
            paramLabel = "FILE",
            description =
                    "Encrypt what enters workflow histories: a line 'ID KEY' for each key, 32 bytes in base64, the first"
                            + " encrypts. Without it histories are plain.")
    @Nullable
    Path payloadKeys;

    @Option(names = "--adopt", description = "Start although controllers of another Knative run in the cluster.")
    boolean adopt;

    @Option(names = "--plain-processes", description = "Run pods as plain processes even where they could be isolated.")
    boolean plain;

    @Option(
            names = "--gateways",
            paramLabel = "HOST:PORT[,HOST:PORT]",
            split = ",",
            converter = SocketAddressWord.class,
            description =
                    "Start no gateway: requests go to your 'sluice gateway' at this address (from pods: to the second address).")
    List<InetSocketAddress> gateways = List.of();

    @Option(
            names = "--gateway-control",
            paramLabel = "HOST:PORT",
            converter = SocketAddressWord.class,
            defaultValue = "127.0.0.1:0",
            description = "Where 'sluice gateway' processes connect to (default: loopback, the port of last time).")
    InetSocketAddress gatewayControl = InetSocketAddress.createUnresolved("", 0);

    @Option(
            names = "--gateway-count",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many gateways must serve a route before it is Ready (default: 1).")
    int gatewayCount;

    @Override
    public int run(Here here) throws InterruptedException {
        if ((tlsCertificate == null) != (tlsKey == null)) {
            throw new UsageException("--tls-certificate and --tls-key need each other");
        }
        if (kubeconfig != null && registry == null) {
            throw new UsageException("--kubeconfig needs --registry: a registry that this machine pushes to and the"
                    + " cluster pulls from");
        }
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new VerbException("there is no readable kubeconfig at " + kubeconfig);
        }
        try {
            return Instance.run(options(here), CommandLines::inInstance);
        } catch (PlatformException | EngineException | PayloadKeys.BadKeys e) {
            throw new VerbException(String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            throw new VerbException(StateProblem.words(e));
        }
    }

    PlatformOptions options(Here here) {
        return new PlatformOptions(
                StateDir.of(state, here.env()),
                here.env(),
                kubeconfig == null ? null : kubeconfig.toAbsolutePath(),
                registry,
                mirrors,
                insecure,
                gatewayPort,
                new GatewayTls(tlsPort, tlsCertificate, tlsKey),
                advertise,
                payloadKeys == null ? null : PayloadKeys.read(payloadKeys),
                adopt,
                plain,
                gateways.isEmpty()
                        ? null
                        : new PlatformOptions.SeparateGateways(
                                gateways.getFirst(), gateways.getLast(), gatewayControl, gatewayCount),
                line -> here.out().println(line));
    }
}
