package dev.sluice.app.cli;

import dev.sluice.app.control.ControlClient;
import dev.sluice.app.control.ControlRequest;
import dev.sluice.app.grpc.ApiClient;
import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.StateDir;
import dev.sluice.app.webhook.WebhookServer;
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
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Does once what verbs do, so that the JVM can keep what it loaded and linked on the way (an AOT cache): a call of the API over
 * TLS, to a server that knows no answer. The launcher runs it after it has built Sluice.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseVerb implements LocalVerb {
    @Parameters(paramLabel = "DIR", description = "A folder for what it writes.")
    Path folder = Path.of("");

    @Override
    public int run(Here here) throws InterruptedException {
        var state = new StateDir(folder);
        askForAVerb(state, here);
        var loopback = InetAddress.getLoopbackAddress();
        try (var identity = WebhookServer.start(
                new WebhookServer.Options(loopback, 0, "127.0.0.1", state.webhookKeys(), Clock.systemUTC()),
                List.of(),
                List.of())) {
            Files.createDirectories(state.root());
            Files.write(state.apiAuthority(), Base64.getDecoder().decode(identity.caBundle()));
            Files.writeString(state.apiToken(), "none");
            var server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(loopback, 0),
                            TlsServerCredentials.newBuilder()
                                    .keyManager(identity.keys())
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
        } catch (IOException e) {
            throw new VerbException("rehearsing in " + folder + ": " + e.getMessage());
        }
        return 0;
    }

    /** To an instance that is not there. */
    private static void askForAVerb(StateDir state, Here here) {
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
