package dev.sluice.kubedev.node;

import dev.sluice.kubedev.node.dns.ClusterDns;
import dev.sluice.kubedev.node.image.ImageStore;
import dev.sluice.kubedev.node.image.RegistryAccess;
import dev.sluice.kubedev.node.pod.EventRecorder;
import dev.sluice.kubedev.node.pod.NodeContext;
import dev.sluice.kubedev.node.sandbox.BubblewrapSandboxes;
import dev.sluice.kubedev.node.sandbox.NodeNetwork;
import dev.sluice.kubedev.node.sandbox.PlainSandboxes;
import dev.sluice.kubedev.node.sandbox.Sandboxes;
import dev.sluice.kubedev.node.server.KubeletServer;
import dev.sluice.kubedev.node.server.ServingCertificate;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of a cluster, in this JVM. It registers itself, binds the pods that nobody has bound, and runs them as child
 * processes until it is closed or the JVM ends, whichever way.
 */
public final class LightNode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LightNode.class);

    /** How pods are kept from each other. */
    public enum Isolation {
        /** Bubblewrap where the machine allows it, else plain processes. */
        AUTO,
        BUBBLEWRAP,
        PLAIN
    }

    /**
     * What a node is started with.
     *
     * @param stateDir images, logs and volumes; kept between runs
     * @param mirrors registry name (`docker.io`) to the `host:port` that answers for it, in plain http
     * @param insecureRegistries `host:port` of registries without TLS; loopback and this node's bridge are known
     * @param network opened beforehand by who needs the bridge's address first; closed with the node
     * @param certificate what the kubelet's port shows; made afresh when absent
     * @param clientAuthority who signs the API server's client certificate; anybody on loopback may ask when absent
     */
    public record Options(
            String name,
            KubernetesClient client,
            Path stateDir,
            Isolation isolation,
            Map<String, String> mirrors,
            Set<String> insecureRegistries,
            Optional<NodeNetwork> network,
            Optional<ServingCertificate> certificate,
            Optional<java.security.cert.X509Certificate> clientAuthority) {

        public Options {
            mirrors = Map.copyOf(mirrors);
            insecureRegistries = Set.copyOf(insecureRegistries);
        }

        public static Options of(KubernetesClient client, Path stateDir) {
            return new Options(
                    "sluice",
                    client,
                    stateDir,
                    Isolation.AUTO,
                    Map.of(),
                    Set.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public Options named(String newName) {
            return new Options(
                    newName,
                    client,
                    stateDir,
                    isolation,
                    mirrors,
                    insecureRegistries,
                    network,
                    certificate,
                    clientAuthority);
        }

        public Options isolated(Isolation how) {
            return new Options(
                    name, client, stateDir, how, mirrors, insecureRegistries, network, certificate, clientAuthority);
        }

        public Options withRegistries(Map<String, String> newMirrors, Set<String> insecure) {
            return new Options(
                    name, client, stateDir, isolation, newMirrors, insecure, network, certificate, clientAuthority);
        }

        public Options on(NodeNetwork opened) {
            return new Options(
                    name,
                    client,
                    stateDir,
                    isolation,
                    mirrors,
                    insecureRegistries,
                    Optional.of(opened),
                    certificate,
                    clientAuthority);
        }

        public Options showing(ServingCertificate shown, java.security.cert.X509Certificate callers) {
            return new Options(
                    name,
                    client,
                    stateDir,
                    isolation,
                    mirrors,
                    insecureRegistries,
                    network,
                    Optional.of(shown),
                    Optional.of(callers));
        }
    }

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Sandboxes sandboxes;
    private final String name;
    private final int kubeletPort;

    private LightNode(Options options) throws IOException {
        this.name = options.name();
        Path directory = Files.createDirectories(options.stateDir().toAbsolutePath());
        try {
            this.sandboxes = sandboxes(options, directory);
            ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("sluice-node-timer").factory());
            parts.push(timer::shutdownNow);
            EventRecorder events = open(new EventRecorder(options.client(), name, "kubelet"));
            EventRecorder scheduling = open(new EventRecorder(options.client(), name, "default-scheduler"));
            Set<String> insecure = ConcurrentHashMap.newKeySet();
            insecure.addAll(options.insecureRegistries());
            sandboxes.bridgeAddress().ifPresent(insecure::add);
            ImageStore images = new ImageStore(
                    directory.resolve("images"), new RegistryAccess(options.mirrors(), insecure), 20L << 30);
            Capacity capacity = Capacity.ofThisMachine();
            Optional<ClusterDns> dns = dns(options);
            NodeContext context = new NodeContext(
                    options.client(),
                    name,
                    sandboxes.bridgeAddress().orElse("127.0.0.1"),
                    directory,
                    images,
                    sandboxes,
                    events,
                    capacity.allocatable(),
                    timer,
                    dns.map(ClusterDns::address),
                    new ConcurrentHashMap<>());
            NodePods pods = new NodePods(context, scheduling, capacity);
            KubeletServer server = open(new KubeletServer(
                    context,
                    pods::byName,
                    options.certificate().orElseGet(() -> ServingCertificate.selfSigned(name)),
                    options.clientAuthority()));
            this.kubeletPort = server.port();
            open(new Registration(options.client(), name, context.hostAddress(), server.port(), capacity, timer));
            if (sandboxes.plain()) {
                open(new PlainPorts(options.client()));
            } else {
                PlainPorts.withdraw(options.client()); // one that was killed may have left it
            }
            open(new Claims(options.client(), directory.resolve("claims"), name));
            open(pods);
            pods.start();
            sandboxes
                    .notIsolated()
                    .forEach(gap -> LOG.atInfo().addKeyValue("node", name).log("not isolated: " + gap));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Sandboxes sandboxes(Options options, Path directory) throws IOException {
        boolean decided =
                options.isolation() == Isolation.PLAIN || options.network().isPresent();
        Optional<String> missing = decided ? Optional.empty() : NodeNetwork.missing();
        if (options.isolation() == Isolation.BUBBLEWRAP && missing.isPresent()) {
            throw new IOException("isolation by bubblewrap was asked for, but " + missing.get());
        }
        if (options.isolation() == Isolation.PLAIN || missing.isPresent()) {
            missing.ifPresent(m -> LOG.atInfo().addKeyValue("reason", m).log("pods run as plain processes"));
            options.network().ifPresent(parts::push);
            return open(new PlainSandboxes(directory));
        }
        NodeNetwork network = options.network().isPresent() ? options.network().get() : NodeNetwork.open(directory);
        open(network);
        return open(new BubblewrapSandboxes(network, directory.resolve("scratch")));
    }

    private Optional<ClusterDns> dns(Options options) {
        return sandboxes.bridgeAddress().flatMap(address -> {
            Optional<ClusterDns> dns = ClusterDns.start(options.client(), address);
            dns.ifPresent(parts::push);
            return dns;
        });
    }

    private <T extends AutoCloseable> T open(T part) {
        parts.push(part);
        return part;
    }

    /** Starts the node; when this returns it is registered, and pods that wait for a node are being run. */
    public static LightNode start(Options options) throws IOException {
        return new LightNode(options);
    }

    public String name() {
        return name;
    }

    /** The address at which pods reach this machine, when they have a network of their own. */
    public Optional<String> bridgeAddress() {
        return sandboxes.bridgeAddress();
    }

    /** Whether pods are plain processes of this machine. */
    public boolean plain() {
        return sandboxes.plain();
    }

    /** What pods are not kept from on this machine. */
    public List<String> notIsolated() {
        return sandboxes.notIsolated();
    }

    public int kubeletPort() {
        return kubeletPort;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.atWarn()
                        .addKeyValue("part", part.getClass().getSimpleName())
                        .setCause(e)
                        .log("closing a part of the node failed");
            }
        }
    }
}
