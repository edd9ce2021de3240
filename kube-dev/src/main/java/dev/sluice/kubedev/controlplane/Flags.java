package dev.sluice.kubedev.controlplane;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The command lines of the control plane, derived from where its state is and which ports it has. */
record Flags(
        KubePrograms programs,
        Credentials credentials,
        Path folder,
        ControlPlane.Endpoints endpoints,
        Optional<String> addressForPods) {

    /** Small enough to leave the machine's networks alone; nothing routes it, the node's DNS answers with endpoints instead. */
    static final String SERVICES = "10.231.96.0/20";

    static final String FIRST_SERVICE_ADDRESS = "10.231.96.1";
    private static final String LOOPBACK = "127.0.0.1";

    List<String> etcd() {
        var client = "https://" + LOOPBACK + ":" + endpoints.etcdPort();
        var peer = "https://" + LOOPBACK + ":" + endpoints.etcdPeerPort();
        var certificate = credentials.etcd();
        var authority = credentials.etcdAuthority().file();
        return List.of(
                programs.etcd().toString(),
                "--name=sluice",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=sluice=" + peer,
                "--cert-file=" + certificate.certificate(),
                "--key-file=" + certificate.key(),
                "--trusted-ca-file=" + authority,
                "--client-cert-auth=true",
                "--peer-cert-file=" + certificate.certificate(),
                "--peer-key-file=" + certificate.key(),
                "--peer-trusted-ca-file=" + authority,
                "--peer-client-cert-auth=true",
                "--log-level=warn");
    }

    List<String> apiserver() {
        return List.of(
                programs.apiserver().toString(),
                "--etcd-servers=https://" + LOOPBACK + ":" + endpoints.etcdPort(),
                "--etcd-cafile=" + credentials.etcdAuthority().file(),
                "--etcd-certfile=" + credentials.etcd().certificate(),
                "--etcd-keyfile=" + credentials.etcd().key(),
                "--bind-address=" + LOOPBACK,
                "--secure-port=" + endpoints.apiserverPort(),
                // A loopback address is refused here; which one it is matters to nobody as nothing writes Endpoints of
                // it.
                "--advertise-address=" + FIRST_SERVICE_ADDRESS,
                "--endpoint-reconciler-type=none",
                "--external-hostname=" + LOOPBACK,
                "--tls-cert-file=" + credentials.apiserver().certificate(),
                "--tls-private-key-file=" + credentials.apiserver().key(),
                "--client-ca-file=" + credentials.kubernetes().file(),
                "--token-auth-file=" + credentials.tokens(),
                "--service-cluster-ip-range=" + SERVICES,
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                "--service-account-key-file=" + credentials.serviceAccountPublicKey(),
                "--service-account-signing-key-file=" + credentials.serviceAccountKey(),
                "--authorization-mode=Node,RBAC",
                "--allow-privileged=true",
                "--kubelet-certificate-authority=" + credentials.kubernetes().file(),
                "--kubelet-client-certificate=" + credentials.kubeletClient().certificate(),
                "--kubelet-client-key=" + credentials.kubeletClient().key(),
                "--kubelet-preferred-address-types=InternalIP",
                "--cert-dir=" + folder.resolve("apiserver-certificates"),
                "--profiling=false");
    }

    List<String> controllerManager(Path kubeconfig) {
        return List.of(
                programs.controllerManager().toString(),
                "--kubeconfig=" + kubeconfig,
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=" + LOOPBACK,
                "--secure-port=" + endpoints.controllerManagerPort(),
                "--tls-cert-file=" + credentials.controllerManager().certificate(),
                "--tls-private-key-file=" + credentials.controllerManager().key(),
                "--leader-elect=false",
                "--use-service-account-credentials=true",
                "--service-account-private-key-file=" + credentials.serviceAccountKey(),
                "--root-ca-file=" + credentials.kubernetes().file(),
                "--cluster-signing-cert-file=" + credentials.kubernetes().file(),
                "--cluster-signing-key-file=" + credentials.kubernetes().keyFile(),
                // No addresses are handed to nodes and there is no cloud.
                "--controllers=*,-node-ipam-controller,-node-route-controller,-service-lb-controller,-cloud-node-lifecycle-controller",
                // The default of 20 requests/s delays deployments when many are made at once.
                "--kube-api-qps=200",
                "--kube-api-burst=400",
                "--profiling=false");
    }
}
