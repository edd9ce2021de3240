package dev.sluice.kubedev.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Node object and its lease: made or taken over at start, renewed every ten seconds. */
final class Registration implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final String LEASES = "kube-node-lease";

    private final KubernetesClient client;
    private final String name;
    private final ScheduledFuture<?> renewal;
    private final String address;
    private final int port;
    private final Capacity capacity;

    Registration(
            KubernetesClient client,
            String name,
            String address,
            int port,
            Capacity capacity,
            ScheduledExecutorService timer) {
        this.client = client;
        this.name = name;
        this.address = address;
        this.port = port;
        this.capacity = capacity;
        register();
        renew();
        this.renewal = timer.scheduleAtFixedRate(
                () -> Thread.ofVirtual().name("sluice-node-lease").start(this::renewOrSay), 10, 10, TimeUnit.SECONDS);
    }

    static Map<String, String> labels(String name) {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        Map<String, String> labels = new TreeMap<>();
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", architecture);
        labels.put("beta.kubernetes.io/os", "linux");
        labels.put("beta.kubernetes.io/arch", architecture);
        labels.put("node.kubernetes.io/instance-type", "sluice-light-node");
        return labels;
    }

    private void register() {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Node node = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels(name))
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build();
        if (client.nodes().withName(name).get() == null) {
            client.nodes().resource(node).create();
        } else {
            client.nodes().withName(name).patch(PatchContext.of(PatchType.JSON_MERGE), node);
            // nothing of an earlier run's taints may keep pods away
            client.nodes()
                    .withName(name)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"taints\":null,\"unschedulable\":null}}");
        }
        Node status = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .withCapacity(capacity.allocatable())
                .withAllocatable(capacity.allocatable())
                .addNewAddress(address, "InternalIP")
                .addNewAddress(name, "Hostname")
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(port)
                .endDaemonEndpoints()
                .withConditions(List.of(
                        condition("Ready", "True", "KubeletReady", "the light node runs pods", now),
                        condition(
                                "MemoryPressure",
                                "False",
                                "KubeletHasSufficientMemory",
                                "no pressure is measured",
                                now),
                        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "no pressure is measured", now),
                        condition("PIDPressure", "False", "KubeletHasSufficientPID", "no pressure is measured", now)))
                .withNewNodeInfo()
                .withArchitecture(labels(name).get("kubernetes.io/arch"))
                .withOperatingSystem("linux")
                .withOsImage(System.getProperty("os.name"))
                .withKernelVersion(System.getProperty("os.version"))
                .withContainerRuntimeVersion("sluice://0.1")
                .withKubeletVersion("v1.34.4-sluice")
                .withKubeProxyVersion("")
                .withMachineID(name)
                .withSystemUUID(name)
                .withBootID(Long.toString(ProcessHandle.current().pid()))
                .endNodeInfo()
                .endStatus()
                .build();
        client.nodes().withName(name).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), status);
    }

    private static NodeCondition condition(String type, String status, String reason, String message, String now) {
        return new NodeConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastHeartbeatTime(now)
                .withLastTransitionTime(now)
                .build();
    }

    private void renewOrSay() {
        try {
            renew();
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("node", name)
                    .addKeyValue("reason", e.getMessage())
                    .log("the node's lease was not renewed");
        }
    }

    private void renew() {
        Lease lease = new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(LEASES)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(name)
                .withLeaseDurationSeconds(40)
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                .endSpec()
                .build();
        var resource = client.leases().inNamespace(LEASES).withName(name);
        try {
            resource.patch(PatchContext.of(PatchType.JSON_MERGE), lease);
        } catch (KubernetesClientException e) {
            if (e.getCode() != 404) {
                throw e;
            }
            if (client.namespaces().withName(LEASES).get() != null) {
                client.leases().inNamespace(LEASES).resource(lease).create();
            }
        }
        Node node = client.nodes().withName(name).get();
        if (node == null || notReady(node)) { // deleted, or given up by the control plane while this machine slept
            register();
        }
    }

    private static boolean notReady(Node node) {
        return node.getStatus() == null
                || node.getStatus().getConditions().stream()
                        .noneMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"))
                || (node.getSpec().getTaints() != null
                        && !node.getSpec().getTaints().isEmpty());
    }

    @Override
    public void close() {
        renewal.cancel(false);
        try {
            NodeCondition stopped = condition(
                    "Ready",
                    "False",
                    "KubeletStopped",
                    "the light node was stopped",
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            Node node = client.nodes().withName(name).get();
            if (node != null) {
                List<NodeCondition> conditions = node.getStatus().getConditions().stream()
                        .map(c -> c.getType().equals("Ready") ? stopped : c)
                        .toList();
                Node change = new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewStatus()
                        .withConditions(conditions)
                        .endStatus()
                        .build();
                client.nodes()
                        .withName(name)
                        .subresource("status")
                        .patch(PatchContext.of(PatchType.JSON_MERGE), change);
            }
        } catch (KubernetesClientException e) {
            LOG.atDebug().setCause(e).log("the node could not say that it stops");
        }
    }
}
