package dev.sluice.kubedev.node.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.kubedev.node.pod.ContainerLog;
import dev.sluice.kubedev.node.pod.NodeContext;
import dev.sluice.kubedev.node.pod.PodFiles;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** The node's own port: what the API server asks a kubelet. */
public final class KubeletServer implements AutoCloseable {

    private final HttpsServer server;
    private final ExecutorService threads;
    private final NodeContext node;
    private final Function<String, Optional<Pod>> pods;

    public KubeletServer(
            NodeContext node,
            Function<String, Optional<Pod>> pods,
            ServingCertificate certificate,
            Optional<X509Certificate> clientAuthority)
            throws IOException {
        this.node = node;
        this.pods = pods;
        this.server = HttpsServer.create(new InetSocketAddress(node.hostAddress(), 0), 64);
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("sluice-node-http-", 0).factory());
        server.setExecutor(threads);
        server.setHttpsConfigurator(new HttpsConfigurator(context(certificate, clientAuthority)) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
                ssl.setNeedClientAuth(clientAuthority.isPresent());
                parameters.setSSLParameters(ssl);
            }
        });
        server.createContext("/healthz", exchange -> answer(exchange, 200, "ok"));
        server.createContext("/containerLogs/", this::logs);
        for (String missing : new String[] {"/exec/", "/attach/", "/portForward/", "/run/"}) {
            server.createContext(
                    missing,
                    exchange -> answer(
                            exchange,
                            501,
                            "exec, attach and port-forward: not yet on Sluice's light node; a full cluster has them"));
        }
        server.createContext("/", exchange -> answer(exchange, 404, "404 page not found"));
        server.start();
    }

    private static SSLContext context(ServingCertificate certificate, Optional<X509Certificate> clientAuthority)
            throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            if (clientAuthority.isPresent()) {
                KeyStore trusted = KeyStore.getInstance("PKCS12");
                trusted.load(null, null);
                trusted.setCertificateEntry("callers", clientAuthority.get());
                TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
                trust.init(trusted);
                context.init(certificate.keyManagers(), trust.getTrustManagers(), null);
            } else {
                context.init(certificate.keyManagers(), null, null);
            }
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("setting up TLS of the kubelet's port: " + e.getMessage(), e);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void logs(HttpExchange exchange) throws IOException {
        String[] parts = exchange.getRequestURI().getPath().split("/", -1);
        if (parts.length != 5) {
            answer(exchange, 404, "want /containerLogs/{namespace}/{pod}/{container}");
            return;
        }
        LogQuery query;
        try {
            query = LogQuery.parse(exchange.getRequestURI().getRawQuery(), Instant.now());
        } catch (IllegalArgumentException e) {
            answer(exchange, 400, String.valueOf(e.getMessage()));
            return;
        }
        Optional<Pod> pod = pods.apply(parts[2] + "/" + parts[3]);
        if (pod.isEmpty()) {
            answer(exchange, 404, "pod \"" + parts[3] + "\" not found");
            return;
        }
        String uid = pod.get().getMetadata().getUid();
        Optional<Path> file = PodFiles.newestLog(node.directory(), uid, parts[4], query.previous());
        if (file.isEmpty()) {
            answer(
                    exchange,
                    400,
                    (query.previous() ? "previous terminated container \"" : "container \"") + parts[4] + "\" in pod \""
                            + parts[3] + "\"" + (query.previous() ? " not found" : " is waiting to start: no log yet"));
            return;
        }
        Optional<ContainerLog> live = Optional.ofNullable(node.logs().get(file.get()));
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.flush();
            new LogReader(query, out).read(file.get(), live);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
