package dev.sluice.kubedev.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.kubedev.KubeDev;
import dev.sluice.kubedev.node.pod.EventRecorder;
import dev.sluice.kubedev.registry.Registry;
import dev.sluice.testing.TestImage;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** What the light node does beyond a kubelet, and that it comes back as after a reboot. */
@EnabledIf("possible")
class NodeServicesIT {

    @TempDir
    private Path folder;

    private KubeDev kube;
    private KubernetesClient client;
    private PodBench pods;

    static boolean possible() {
        return dev.sluice.kubedev.node.sandbox.NodeNetwork.missing().isEmpty();
    }

    @BeforeEach
    void start() throws IOException {
        open();
        pods = new PodBench(
                client, LightNodeIT.push(kube.registry().orElseThrow().address(), folder));
    }

    private void open() {
        kube = KubeDev.start(KubeDev.Options.in(folder.resolve("state"), System::getenv));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        kube.close();
    }

    @Test
    void podsGoOnAfterTheNodeWasStoppedAndStarted() {
        Pod running = pods.until(pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - {name: a, image: SHELL, command: [sleep, "3600"]}
                """), PodBench::ready);
        Pod once = pods.until(pods.create("""
                restartPolicy: Never
                terminationGracePeriodSeconds: 1
                containers:
                - {name: a, image: SHELL, command: [sleep, "3600"]}
                """), PodBench::ready);
        Pod done = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [echo, kept]}
                """));
        String bridge = kube.hostAddress();
        String namespace = pods.namespace;
        leaveWhatAPlainNodeLeavesThatIsKilled();

        stop();
        open();

        assertThat(kube.hostAddress()).isEqualTo(bridge);
        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
            Pod again = client.pods()
                    .inNamespace(namespace)
                    .withName(running.getMetadata().getName())
                    .get();
            assertThat(PodBench.container(again, "a").getRestartCount()).isEqualTo(1);
            assertThat(PodBench.ready(again)).isTrue();
            Pod failed = client.pods()
                    .inNamespace(namespace)
                    .withName(once.getMetadata().getName())
                    .get();
            assertThat(failed.getStatus().getPhase()).isEqualTo("Failed");
        });
        assertThat(client.pods()
                        .inNamespace(namespace)
                        .withName(done.getMetadata().getName())
                        .getLog())
                .isEqualTo("kept\n");
        client.pods()
                .inNamespace(namespace)
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("nobody-asked")
                        .endMetadata()
                        .withSpec(new PodSpecBuilder()
                                .addToContainers(new ContainerBuilder()
                                        .withName("a")
                                        .withImage("none")
                                        .build())
                                .build())
                        .build())
                .create();
    }

    private void leaveWhatAPlainNodeLeavesThatIsKilled() {
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("plain-ports.node.sluice.dev")
                        .endMetadata()
                        .addNewWebhook()
                        .withName("plain-ports.node.sluice.dev")
                        .withNewClientConfig()
                        .withUrl("https://127.0.0.1:1/")
                        .endClientConfig()
                        .addNewRule()
                        .withApiGroups("")
                        .withApiVersions("v1")
                        .withOperations("CREATE")
                        .withResources("pods")
                        .endRule()
                        .withAdmissionReviewVersions("v1")
                        .withSideEffects("None")
                        .withFailurePolicy("Fail")
                        .endWebhook()
                        .build())
                .create();
    }

    @Test
    void servicesClaimsAndPullSecretsWork() throws Exception {
        aPodGetsThePlaceOfOneThatEnded();
        anEventThatExpiredIsWrittenAgain();
        servicesHaveNames();
        claimsGetFolders();
        pullSecretsOpenPrivateRegistries();
    }

    private void aPodGetsThePlaceOfOneThatEnded() {
        var all = client.nodes()
                .list()
                .getItems()
                .getFirst()
                .getStatus()
                .getAllocatable()
                .get("cpu");
        var whole = """
                restartPolicy: Never
                terminationGracePeriodSeconds: 1
                containers:
                - {name: a, image: SHELL, command: [sleep, "3600"], resources: {requests: {cpu: "%s"}}}
                """.formatted(all);
        Pod first = pods.until(pods.create(whole), PodBench::ready);
        Pod second = pods.until(
                pods.create(whole),
                pod -> "Unschedulable"
                        .equals(PodBench.condition(pod, "PodScheduled").getReason()));
        client.resource(first)
                .edit(pod -> new PodBuilder(pod)
                        .editSpec()
                        .withActiveDeadlineSeconds(1L)
                        .endSpec()
                        .build());

        pods.until(second, PodBench::ready);
        client.resource(second).withGracePeriod(0).delete();
    }

    private void anEventThatExpiredIsWrittenAgain() throws IOException {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [echo, told]}
                """));
        var told = client.v1().events().inNamespace(pods.namespace).withField("reason", "Told");
        try (var events = new EventRecorder(client, "node", "test")) {
            for (int i = 0; i < 2; i++) {
                events.warning(pod, Optional.empty(), "Told", "the same");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> !told.list().getItems().isEmpty());
                told.delete();
            }
        }
    }

    private void servicesHaveNames() throws Exception {
        Pod web = pods.until(pods.create("""
                terminationGracePeriodSeconds: 1
                containers:
                - {name: a, image: ECHO, readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}}
                """), PodBench::ready);
        client.services()
                .inNamespace(pods.namespace)
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName("web")
                        .endMetadata()
                        .withNewSpec()
                        .addToSelector("app", "contract")
                        .addNewPort()
                        .withPort(8080)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        SimpleResolver resolver = new SimpleResolver(InetAddress.getByName(kube.hostAddress()));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Lookup lookup = new Lookup("web." + pods.namespace + ".svc.cluster.local.", Type.A);
            lookup.setResolver(resolver);
            lookup.setCache(null);
            Record[] found = lookup.run();
            assertThat(found).isNotNull();
            assertThat(found[0].rdataToString()).isEqualTo(web.getStatus().getPodIP());
        });
        Lookup missing = new Lookup("none." + pods.namespace + ".svc.cluster.local.", Type.A);
        missing.setResolver(resolver);
        missing.run();
        assertThat(missing.getResult()).isEqualTo(Lookup.HOST_NOT_FOUND);
        assertThat(pods.output("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [cat, /etc/resolv.conf]}
                """))
                .contains("search " + pods.namespace + ".svc.cluster.local", "nameserver " + kube.hostAddress());
    }

    private void claimsGetFolders() {
        client.persistentVolumeClaims()
                .inNamespace(pods.namespace)
                .resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("data")
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .withRequests(Map.of("storage", new Quantity("1Gi")))
                        .endResources()
                        .endSpec()
                        .build())
                .create();
        String spec = """
                restartPolicy: Never
                volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "COMMAND"], volumeMounts: [{name: d, mountPath: /d}]}
                """;
        pods.output(spec.replace("COMMAND", "echo kept > /d/x"));
        assertThat(pods.output(spec.replace("COMMAND", "cat /d/x"))).isEqualTo("kept\n");
    }

    private void pullSecretsOpenPrivateRegistries() throws IOException {
        Path cache = Files.createDirectories(folder.resolve("images"));
        try (Registry registry = Registry.start(Registry.Options.in(folder.resolve("private")))) {
            TestImage.pushShell(registry.address() + "/mine/shell:1", cache);
        }
        try (Registry registry =
                Registry.start(Registry.Options.in(folder.resolve("private")).withUser("user", "secret"))) {
            String image = registry.address() + "/mine/shell:1";
            String auth = java.util.Base64.getEncoder()
                    .encodeToString("user:secret".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            client.secrets()
                    .inNamespace(pods.namespace)
                    .resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName("pull")
                            .endMetadata()
                            .withType("kubernetes.io/dockerconfigjson")
                            .addToStringData(
                                    ".dockerconfigjson",
                                    "{\"auths\":{\"" + registry.address() + "\":{\"auth\":\"" + auth + "\"}}}")
                            .build())
                    .create();
            Pod refused = pods.create("""
                    containers:
                    - {name: a, image: "IMG", command: [echo, in]}
                    """.replace("IMG", image));
            pods.until(refused, p -> PodBench.waits(p, "ErrImagePull") || PodBench.waits(p, "ImagePullBackOff"));
            pods.delete(refused);
            assertThat(pods.output("""
                    restartPolicy: Never
                    imagePullSecrets: [{name: pull}]
                    containers:
                    - {name: a, image: "IMG", command: [echo, in]}
                    """.replace("IMG", image))).isEqualTo("in\n");
        }
    }
}
