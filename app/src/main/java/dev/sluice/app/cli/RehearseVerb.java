package dev.sluice.app.cli;

import dev.sluice.app.control.ControlClient;
import dev.sluice.app.control.ControlRequest;
import dev.sluice.app.grpc.ApiClient;
import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.StateDir;
import dev.sluice.protos.v1.DeliveriesGrpc;
import dev.sluice.protos.v1.ListDeliveriesRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Does once what verbs do, so that the JVM can keep what it loaded and linked on the way (an AOT cache): a call of the API over
 * TLS, to a server that knows no answer. The launcher runs it after it has built Sluice.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseVerb implements LocalVerb {
    private static final String ALIAS = "rehearsal";
    private static final String PASSWORD = "rehearsal";

    @Parameters(paramLabel = "DIR", description = "A folder for what it writes.")
    Path folder = Path.of("");

    @Override
    public int run(Here here) throws InterruptedException {
        var state = new StateDir(folder);
        CommandLines.commandLine(false, List.of("--help"))
                .getSubcommands()
                .values()
                .forEach(CommandLine::getUsageMessage);
        askForAVerb(state, here);
        var loopback = InetAddress.getLoopbackAddress();
        try {
            Files.createDirectories(state.root());
            var keys = identity(state.root());
            Files.writeString(
                    state.apiAuthority(),
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(keys.getCertificate(ALIAS).getEncoded())
                            + "\n-----END CERTIFICATE-----\n");
            Files.writeString(state.apiToken(), "none");
            var managers = KeyManagerFactory.getInstance("PKIX");
            managers.init(keys, PASSWORD.toCharArray());
            var server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(loopback, 0),
                            TlsServerCredentials.newBuilder()
                                    .keyManager(managers.getKeyManagers())
                                    .build())
                    .addService(new DeliveriesGrpc.DeliveriesImplBase() {})
                    .build()
                    .start();
            var instance = new InstanceFile(0, "", state.root(), "", "", "", "", "127.0.0.1:" + server.getPort(), "");
            try (var api = ApiClient.of(state, instance)) {
                api.deliveries().list(ListDeliveriesRequest.getDefaultInstance());
            } catch (StatusRuntimeException _) {
                // UNIMPLEMENTED: the call went there and back
            } finally {
                server.shutdownNow().awaitTermination();
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new VerbException("rehearsing in " + folder + ": " + e.getMessage());
        }
        return 0;
    }

    /**
     * Made by the JDK's tool in a process of its own: a library that makes certificates, once loaded here, would be kept with
     * everything else, and its signed archives be read again whenever a verb starts.
     */
    private static KeyStore identity(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        var file = folder.resolve("rehearsal.p12");
        Files.deleteIfExists(file);
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var code = new ProcessBuilder(List.of(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=rehearsal",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("keytool made no key (exit code " + code + ")");
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    /** To an instance that is not there. */
    private static void askForAVerb(StateDir state, Here here) {
        InstanceFile.read(state);
        try {
            ControlClient.run(
                    state.socket(),
                    new ControlRequest(List.of("status"), state.root(), here.terminal()),
                    here.out(),
                    here.err());
        } catch (IOException _) {
            // nobody listens
        }
    }
}
