package dev.sluice.kubedev.controlplane;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.Ports;
import dev.sluice.processes.Spawner;
import dev.sluice.processes.SupervisedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The three programs as supervised children: everything is served when {@link #start} returns, and comes back when one of them dies. */
public final class ControlPlane implements AutoCloseable {

    /** What a node serves with, and who signs the certificate by which the API server calls it. */
    public record NodeCredentials(
            Path kubeconfig, PrivateKey key, X509Certificate certificate, X509Certificate callers) {}

    /** Loopback ports. */
    record Endpoints(int etcdPort, int etcdPeerPort, int apiserverPort, int controllerManagerPort) {
        static Endpoints from(Ports ports, int apiserverPort) {
            return new Endpoints(
                    ports.of("etcd", 0),
                    ports.of("etcd-peer", 0),
                    ports.of("apiserver", apiserverPort),
                    ports.of("controller-manager", 0));
        }
    }

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int CONNECT_MILLIS = 500;

    private final Path folder;
    private final Endpoints endpoints;
    private final Credentials credentials;
    private final KubePrograms programs;
    private final Spawner spawner;
    private final HttpClient http;
    /** In the order of their start. */
    private final Deque<SupervisedProcess> children = new ArrayDeque<>();

    /** Added to the children's environment: what is on this machine is not asked for through a proxy. */
    private final Map<String, String> direct;

    private final Deque<Forward> forwards = new ArrayDeque<>();

    private ControlPlane(
            Path folder,
            Endpoints endpoints,
            Credentials credentials,
            KubePrograms programs,
            Spawner spawner,
            HttpClient http,
            Map<String, String> direct) {
        this.folder = folder;
        this.endpoints = endpoints;
        this.credentials = credentials;
        this.programs = programs;
        this.spawner = spawner;
        this.http = http;
        this.direct = direct;
    }

    /**
     * Obtains what is missing, with progress, and starts it.
     *
     * @param apiserverPort 0 for that of last time or a free one
     * @param addressesForPods where pods with a network of their own reach this machine: the API server answers at the first one too
     */
    public static ControlPlane start(
            Path folder,
            Env env,
            int apiserverPort,
            String nodeName,
            List<String> addressesForPods,
            Consumer<String> progress) {
        var programs = KubePrograms.obtain(env, progress);
        var endpoints = Endpoints.from(Ports.rememberedIn(folder.resolve("ports")), apiserverPort);
        var credentials =
                Credentials.in(folder.resolve("pki"), Flags.FIRST_SERVICE_ADDRESS, nodeName, addressesForPods);
        var plane = new ControlPlane(
                folder,
                endpoints,
                credentials,
                programs,
                Spawner.start("control-plane-spawner", env),
                HttpClient.newBuilder()
                        .connectTimeout(Duration.ofMillis(CONNECT_MILLIS))
                        .sslContext(trusting(credentials.kubernetes()))
                        .build(),
                direct(env));
        var up = false;
        try {
            progress.accept("kubernetes: starting " + KubePrograms.KUBERNETES);
            long begun = System.nanoTime();
            plane.startAll(addressesForPods.stream().findFirst());
            progress.accept("kubernetes: ready after "
                    + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms at " + plane.server());
            up = true;
            return plane;
        } finally {
            if (!up) {
                plane.close();
            }
        }
    }

    private void startAll(Optional<String> addressForPods) {
        credentials.writeKubeconfig(kubeconfig(), server().toString(), "admin", credentials.adminToken());
        var ofManager = folder.resolve("pki").resolve("controller-manager.kubeconfig");
        credentials.writeKubeconfig(
                ofManager, server().toString(), "controller-manager", credentials.controllerManagerToken());
        credentials.writeKubeconfig(nodeKubeconfig(), server().toString(), "node", credentials.nodeToken());
        var flags = new Flags(programs, credentials, folder, endpoints, addressForPods);
        child("etcd", flags.etcd(), () -> connects(endpoints.etcdPort()));
        child("kube-apiserver", flags.apiserver(), () -> ok(server().resolve("/readyz")));
        addressForPods.ifPresent(this::forward);
        // Without its service account a pod in `default` is refused.
        child(
                "kube-controller-manager",
                flags.controllerManager(ofManager),
                () -> ok(URI.create("https://127.0.0.1:" + endpoints.controllerManagerPort() + "/healthz"))
                        && ok(server().resolve("/api/v1/namespaces/default/serviceaccounts/default"))
                        && ok(server().resolve("/api/v1/namespaces/default/configmaps/kube-root-ca.crt")));
    }

    private void child(String name, List<String> command, SupervisedProcess.Probe probe) {
        children.addLast(SupervisedProcess.start(
                spawner,
                new SupervisedProcess.Spec(name, command, direct, logs().resolve(name + ".log"), probe, START, GRACE)));
    }

    private static Map<String, String> direct(Env env) {
        var hosts = env.value("NO_PROXY")
                        .or(() -> env.value("no_proxy"))
                        .map(given -> given + ",")
                        .orElse("") + "localhost,127.0.0.0/8,::1,10.231.0.0/16";
        return Map.of("NO_PROXY", hosts, "no_proxy", hosts);
    }

    private void forward(String address) {
        try {
            forwards.addLast(Forward.start(address, endpoints.apiserverPort()));
        } catch (IOException e) {
            throw new EngineException(
                    "listening on " + address + ":" + endpoints.apiserverPort() + " for pods: " + e.getMessage(), e);
        }
    }

    private static boolean connects(int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), CONNECT_MILLIS);
            return true;
        }
    }

    private boolean ok(URI address) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(5))
                .header("Authorization", "Bearer " + credentials.adminToken())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    private static SSLContext trusting(Authority authority) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("ca", authority.certificate());
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new EngineException("trusting " + authority.file() + ": " + e.getMessage(), e);
        }
    }

    public URI server() {
        return URI.create("https://127.0.0.1:" + endpoints.apiserverPort());
    }

    /** Of an administrator. */
    public Path kubeconfig() {
        return folder.resolve("kubeconfig");
    }

    private Path nodeKubeconfig() {
        return folder.resolve("pki").resolve("node.kubeconfig");
    }

    public NodeCredentials node() {
        return new NodeCredentials(
                nodeKubeconfig(),
                credentials.kubelet().privateKey(),
                credentials.kubelet().x509(),
                credentials.kubeletCallers().certificate());
    }

    public Path kubectl() {
        return programs.kubectl();
    }

    public Path logs() {
        return folder.resolve("logs");
    }

    /** Process ids of the present incarnations by program: for tests that kill them. */
    public Map<String, Long> pids() {
        var pids = new LinkedHashMap<String, Long>();
        children.forEach(child -> pids.put(child.name(), child.pid()));
        return pids;
    }

    /** Waits until all of it answers (again). */
    public boolean awaitReady(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        return children.stream()
                .allMatch(child -> child.awaitReady(Duration.ofNanos(Math.max(1, deadline - System.nanoTime()))));
    }

    @Override
    public void close() {
        forwards.forEach(Forward::close);
        children.descendingIterator().forEachRemaining(SupervisedProcess::close);
        spawner.close();
        http.close();
    }
}
