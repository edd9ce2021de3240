package dev.sluice.kubedev.controlplane;

import dev.sluice.kubedev.controlplane.Authority.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything by which the parts know each other. The authorities, one for Kubernetes and one each for who may call etcd and who the
 * kubelet, the tokens and the key of service account tokens stay; the certificates are issued at every start.
 */
record Credentials(
        Authority kubernetes,
        Authority etcdAuthority,
        Authority kubeletCallers,
        Issued apiserver,
        Issued kubeletClient,
        Issued controllerManager,
        Issued kubelet,
        Issued etcd,
        Path serviceAccountKey,
        Path tokens,
        String adminToken,
        String controllerManagerToken,
        String nodeToken) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** The extra addresses are those under which pods reach the API server, and the API server the node. */
    static Credentials in(Path folder, String serviceAddress, String nodeName, List<String> extraAddresses) {
        var kubernetes = Authority.in(folder, "ca");
        var etcdAuthority = Authority.in(folder, "etcd-ca");
        // Of their own, as the CSR API signs with that of Kubernetes: whoever gets a certificate there is no caller
        // here.
        var kubeletCallers = Authority.in(folder, "kubelet-client-ca");
        var loopback = List.of("127.0.0.1", "::1");
        var reachable =
                Stream.concat(loopback.stream(), extraAddresses.stream()).toList();
        var admin = token(folder.resolve("admin.token"));
        var controllerManager = token(folder.resolve("controller-manager.token"));
        var node = token(folder.resolve("node.token"));
        var tokens = folder.resolve("tokens.csv");
        try {
            Authority.write(tokens, """
                    %s,admin,admin,"system:masters"
                    %s,system:kube-controller-manager,system:kube-controller-manager
                    %s,system:node:%s,system:node:%s,"system:nodes"
                    """.formatted(admin, controllerManager, node, nodeName, nodeName));
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + tokens, e);
        }
        return new Credentials(
                kubernetes,
                etcdAuthority,
                kubeletCallers,
                kubernetes.issue(
                        "apiserver",
                        "CN=kube-apiserver",
                        List.of(
                                "localhost",
                                "kubernetes",
                                "kubernetes.default",
                                "kubernetes.default.svc",
                                "kubernetes.default.svc.cluster.local"),
                        Stream.concat(reachable.stream(), Stream.of(serviceAddress))
                                .toList()),
                kubeletCallers.issue(
                        "kubelet-client",
                        "O=sluice:kubelet-clients,CN=kube-apiserver-kubelet-client",
                        List.of(),
                        List.of()),
                kubernetes.issue("controller-manager", "CN=kube-controller-manager", List.of("localhost"), loopback),
                kubernetes.issue("kubelet", "CN=kubelet-" + nodeName, List.of(nodeName, "localhost"), reachable),
                etcdAuthority.issue("etcd", "CN=etcd", List.of("localhost"), loopback),
                Authority.keyIn(folder, "service-account"),
                tokens,
                admin,
                controllerManager,
                node);
    }

    private static String token(Path file) {
        try {
            if (!Files.exists(file)) {
                var bytes = new byte[24];
                RANDOM.nextBytes(bytes);
                Authority.write(file, HexFormat.of().formatHex(bytes));
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("making " + file, e);
        }
    }

    Path serviceAccountPublicKey() {
        return serviceAccountKey.resolveSibling("service-account.pub");
    }

    /** A kubeconfig that verifies the server; readable for its owner only, as it holds the token. */
    void writeKubeconfig(Path file, String server, String user, String token) {
        try {
            var authority = Base64.getEncoder().encodeToString(Files.readAllBytes(kubernetes.file()));
            Authority.write(file, """
                    apiVersion: v1
                    kind: Config
                    clusters:
                    - name: sluice
                      cluster:
                        server: %s
                        certificate-authority-data: %s
                    users:
                    - name: %s
                      user:
                        token: %s
                    contexts:
                    - name: sluice
                      context:
                        cluster: sluice
                        user: %s
                        namespace: default
                    current-context: sluice
                    """.formatted(server, authority, user, token, user));
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }
}
