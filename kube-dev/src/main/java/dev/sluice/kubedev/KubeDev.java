package dev.sluice.kubedev;

import dev.sluice.kubedev.controlplane.ControlPlane;
import dev.sluice.kubedev.node.LightNode;
import dev.sluice.kubedev.node.sandbox.NodeNetwork;
import dev.sluice.kubedev.node.server.ServingCertificate;
import dev.sluice.kubedev.registry.Registry;
import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.OwnedFolder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Kubernetes for a machine without one; everything it started ends with {@link #close()} or with the JVM, however that ends. */
public final class KubeDev implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KubeDev.class);

    /**
     * What to run.
     *
     * @param stateDir holds everything that survives: etcd's data, keys, images, logs, the ports of last time
     * @param apiserverPort 0 for that of last time or a free one
     * @param registryPort the same for the registry; it is part of the images' names
     * @param node how the pods of the node in this JVM are isolated; empty for a control plane without a node
     * @param mirrors registry name to the address that answers for it, besides the registry of this Kubernetes
     * @param insecureRegistries {@code host:port} of those without TLS; loopback and our own need not be named
     * @param progress one line for each step that takes time
     */
    public record Options(
            Path stateDir,
            Env env,
            int apiserverPort,
            int registryPort,
            String nodeName,
            boolean withRegistry,
            Optional<LightNode.Isolation> node,
            Map<String, String> mirrors,
            Set<String> insecureRegistries,
            Consumer<String> progress) {

        public Options {
            mirrors = Map.copyOf(mirrors);
            insecureRegistries = Set.copyOf(insecureRegistries);
        }

        public static Options in(Path stateDir, Env env) {
            return new Options(
                    stateDir,
                    env,
                    0,
                    0,
                    "sluice",
                    true,
                    Optional.of(LightNode.Isolation.AUTO),
                    Map.of(),
                    Set.of(),
                    _ -> {});
        }

        /** The control plane only, silent, at free ports. */
        public static Options forTests(Path folder, Env env) {
            return in(folder, env).withRegistry(false).withoutNode();
        }

        /** Zero for any. */
        public Options withPorts(int apiserver, int registry) {
            return new Options(
                    stateDir,
                    env,
                    apiserver,
                    registry,
                    nodeName,
                    withRegistry,
                    node,
                    mirrors,
                    insecureRegistries,
                    progress);
        }

        public Options withRegistry(boolean wanted) {
            return new Options(
                    stateDir,
                    env,
                    apiserverPort,
                    registryPort,
                    nodeName,
                    wanted,
                    node,
                    mirrors,
                    insecureRegistries,
                    progress);
        }

        public Options withProgress(Consumer<String> lines) {
            return new Options(
                    stateDir,
                    env,
                    apiserverPort,
                    registryPort,
                    nodeName,
                    withRegistry,
                    node,
                    mirrors,
                    insecureRegistries,
                    lines);
        }

        public Options withoutNode() {
            return new Options(
                    stateDir,
                    env,
                    apiserverPort,
                    registryPort,
                    nodeName,
                    withRegistry,
                    Optional.empty(),
                    mirrors,
                    insecureRegistries,
                    progress);
        }

        public Options withNode(LightNode.Isolation isolation) {
            return new Options(
                    stateDir,
                    env,
                    apiserverPort,
                    registryPort,
                    nodeName,
                    withRegistry,
                    Optional.of(isolation),
                    mirrors,
                    insecureRegistries,
                    progress);
        }

        public Options withRegistries(Map<String, String> addresses, Collection<String> insecure) {
            return new Options(
                    stateDir,
                    env,
                    apiserverPort,
                    registryPort,
                    nodeName,
                    withRegistry,
                    node,
                    addresses,
                    Set.copyOf(insecure),
                    progress);
        }
    }

    private final OwnedFolder owner;
    /** In the order of their start. */
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    private final ControlPlane controlPlane;
    private final Optional<Registry> registry;
    private final Optional<LightNode> node;

    private KubeDev(OwnedFolder owner, Options options, Path stateDir) {
        this.owner = owner;
        var up = false;
        try {
            registry = options.withRegistry()
                    ? Optional.of(opened(Registry.start(
                            Registry.Options.in(stateDir.resolve("registry")).withPort(options.registryPort()))))
                    : Optional.empty();
            Optional<NodeNetwork> network = network(options, stateDir);
            network.map(NodeNetwork::bridgeAddress).ifPresent(bridge -> registry.ifPresent(r -> r.alsoAt(bridge)));
            controlPlane = opened(ControlPlane.start(
                    stateDir,
                    options.env(),
                    options.apiserverPort(),
                    options.nodeName(),
                    network.map(NodeNetwork::bridgeAddress).stream().toList(),
                    options.progress()));
            node = options.node()
                    .map(isolation -> opened(join(
                            options, stateDir, network.isPresent() ? isolation : LightNode.Isolation.PLAIN, network)));
            up = true;
        } finally {
            if (!up) {
                close();
            }
        }
    }

    /** The node's network is made first: the registry and the certificates need its address. */
    private Optional<NodeNetwork> network(Options options, Path stateDir) {
        var isolation = options.node().orElse(LightNode.Isolation.PLAIN);
        if (isolation == LightNode.Isolation.PLAIN) {
            return Optional.empty();
        }
        var missing = NodeNetwork.missing();
        if (missing.isPresent()) {
            if (isolation == LightNode.Isolation.BUBBLEWRAP) {
                throw new EngineException("isolating pods by bubblewrap: " + missing.get());
            }
            options.progress().accept("kubernetes: pods run as plain processes: " + missing.get());
            return Optional.empty();
        }
        try {
            return Optional.of(opened(NodeNetwork.open(stateDir.resolve("node"))));
        } catch (IOException e) {
            throw new UncheckedIOException("making the network of the pods", e);
        }
    }

    private LightNode join(
            Options options, Path stateDir, LightNode.Isolation isolation, Optional<NodeNetwork> network) {
        var credentials = controlPlane.node();
        var client = opened(new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig().toFile()))
                .build());
        Set<String> insecure = new HashSet<>(options.insecureRegistries());
        network.ifPresent(n -> insecure.add(n.bridgeAddress()));
        var nodeOptions = LightNode.Options.of(client, stateDir.resolve("node"))
                .named(options.nodeName())
                .isolated(isolation)
                .withRegistries(options.mirrors(), insecure);
        try {
            nodeOptions = nodeOptions.showing(
                    new ServingCertificate(credentials.key(), List.of(credentials.certificate())),
                    credentials.callers());
            return LightNode.start(network.map(nodeOptions::on).orElse(nodeOptions));
        } catch (IOException e) {
            throw new UncheckedIOException("joining the node " + options.nodeName(), e);
        }
    }

    /** Throws {@link EngineException} when a program is not to be had or does not come up; nothing is left running then. */
    public static KubeDev start(Options options) {
        var owner = OwnedFolder.take(options.stateDir(), "starting Kubernetes");
        return new KubeDev(owner, options, owner.path());
    }

    private <T extends AutoCloseable> T opened(T part) {
        started.addLast(part);
        return part;
    }

    /** For an administrator; readable for its owner only. */
    public Path kubeconfig() {
        return controlPlane.kubeconfig();
    }

    public URI server() {
        return controlPlane.server();
    }

    /** Under which pods reach this machine. */
    public String hostAddress() {
        return node.flatMap(LightNode::bridgeAddress).orElse("127.0.0.1");
    }

    /** A kubectl that fits, from PATH or obtained. */
    public Path kubectl() {
        return controlPlane.kubectl();
    }

    public Path logs() {
        return controlPlane.logs();
    }

    /** Process ids of the children by program, as of now: for tests that kill them. */
    public Map<String, Long> pids() {
        return controlPlane.pids();
    }

    /** Waits until all of it answers (again). */
    public boolean awaitReady(Duration atMost) {
        return controlPlane.awaitReady(atMost);
    }

    /** Of the images that are built; empty when none was wanted. */
    public Optional<Registry> registry() {
        return registry;
    }

    /** The node in this JVM; empty when none was wanted. */
    public Optional<LightNode> node() {
        return node;
    }

    /** Last made, first closed; one that fails to close keeps none of the others open. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            var last = started.removeLast();
            try {
                last.close();
            } catch (Exception e) {
                LOG.atWarn().addKeyValue("part", last).setCause(e).log("closing failed");
            }
        }
        owner.close();
    }
}
