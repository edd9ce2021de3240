package dev.sluice.kubedev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.processes.EngineException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlPlaneIT {

    private static final Duration RECOVERY = Duration.ofMinutes(1);

    private Path folder;

    private KubeDev kube;
    private KubernetesClient client;

    @BeforeAll
    void start(@TempDir Path shared) {
        folder = shared;
        kube = KubeDev.start(KubeDev.Options.forTests(folder, System::getenv).withProgress(System.out::println));
        client = client(kube);
    }

    @AfterAll
    void stop() {
        client.close();
        kube.close();
    }

    private static KubernetesClient client(KubeDev kube) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kube.kubeconfig().toFile()))
                .build();
    }

    private static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .addToData("value", value)
                .build();
    }

    @Test
    void appliesOnTheServerAndTellsWatchers() {
        var seen = new CopyOnWriteArrayList<String>();
        try (var _ =
                client.configMaps().inNamespace("default").withName("watched").watch(watcher(seen))) {
            client.resource(configMap("watched", "one")).serverSideApply();
            client.resource(configMap("watched", "two")).serverSideApply();
            await().untilAsserted(() -> assertThat(seen).containsExactly("ADDED one", "MODIFIED two"));
        }
    }

    private static Watcher<ConfigMap> watcher(List<String> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                seen.add(action + " " + map.getData().get("value"));
            }

            @Override
            public void onClose(@Nullable WatcherException cause) {}
        };
    }

    @Test
    void controllersMakePodsForADeployment() {
        client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withName("two")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(2)
                        .withNewSelector()
                        .addToMatchLabels("app", "two")
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", "two")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage("example.test/none")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        await().atMost(RECOVERY)
                .untilAsserted(() -> assertThat(client.pods()
                                .inNamespace("default")
                                .withLabel("app", "two")
                                .list()
                                .getItems())
                        .hasSize(2));
    }

    @Test
    void serviceAccountTokensAreIssuedAndRecognised() {
        TokenRequest request = client.serviceAccounts()
                .inNamespace("default")
                .withName("default")
                .tokenRequest();
        TokenReview review = client.resource(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(request.getStatus().getToken())
                        .endSpec()
                        .build())
                .create();
        assertThat(review.getStatus().getAuthenticated()).isTrue();
        assertThat(review.getStatus().getUser().getUsername()).isEqualTo("system:serviceaccount:default:default");
    }

    @Test
    void theKubeconfigIsForItsOwnerOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kube.kubeconfig())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(kube.kubeconfig()))
                .contains("certificate-authority-data")
                .doesNotContain("insecure");
    }

    @Test
    void aSecondOneInTheSameFolderIsRefused() {
        assertThatThrownBy(() -> KubeDev.start(KubeDev.Options.forTests(folder, System::getenv)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("already");
        assertThat(client.configMaps().inNamespace("default").list().getItems()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"etcd", "kube-apiserver", "kube-controller-manager"})
    void killedChildrenComeBackWithTheirState(String program) {
        client.resource(configMap("before-" + program, "kept")).serverSideApply();
        long before = pid(program);

        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        await().atMost(RECOVERY).until(() -> pid(program) != before);

        assertThat(kube.awaitReady(RECOVERY)).isTrue();
        assertThat(client.configMaps()
                        .inNamespace("default")
                        .withName("before-" + program)
                        .get()
                        .getData())
                .containsEntry("value", "kept");
        client.resource(configMap("after-" + program, "written")).serverSideApply();
    }

    private long pid(String program) {
        var pid = kube.pids().get(program);
        assertThat(pid).isNotNull();
        return pid;
    }

    @Test
    void stateAndAddressSurviveAStopAndAStart(@TempDir Path other) {
        var options = KubeDev.Options.forTests(other, System::getenv).withProgress(System.out::println);
        var address = "";
        Map<String, Long> pids;
        try (var first = KubeDev.start(options);
                var itsClient = client(first)) {
            address = first.server().toString();
            pids = first.pids();
            itsClient.resource(configMap("kept", "yes")).serverSideApply();
        }
        assertThat(pids.values()).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
        try (var second = KubeDev.start(options);
                var itsClient = client(second)) {
            assertThat(second.server()).hasToString(address);
            assertThat(itsClient
                            .configMaps()
                            .inNamespace("default")
                            .withName("kept")
                            .get()
                            .getData())
                    .containsEntry("value", "yes");
        }
    }
}
