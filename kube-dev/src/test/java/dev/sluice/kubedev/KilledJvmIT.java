package dev.sluice.kubedev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.kubedev.node.LightNode;
import dev.sluice.kubedev.node.sandbox.NodeNetwork;
import dev.sluice.testing.TestImage;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the JVM while a pod runs, whose process has let go of another one: nothing goes on, and all comes back. */
class KilledJvmIT {
    private static final String MARK = "SLUICE_TEST_OF_KILLED_JVM";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void nothingOutlivesItsJvmAndThePodComesBackWherePodsAreIsolated() throws Exception {
        Assumptions.assumeTrue(possible(), "pods cannot be isolated on this machine");
        survives(List.of(), LightNode.Isolation.BUBBLEWRAP);
        var bridge = "slb"
                + Files.readString(folder.resolve("node").resolve("subnet")).strip();
        assertThat(Path.of("/run/netns").toFile().list((_, name) -> name.startsWith(bridge + "-")))
                .as("network namespaces of the node after all is closed")
                .isEmpty();
        assertThat(Path.of("/sys/class/net", bridge)).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(folder.toString());
    }

    @Test
    void nothingOutlivesItsJvmAndThePodComesBackWherePodsArePlainProcesses() throws Exception {
        survives(List.of(), LightNode.Isolation.PLAIN);
    }

    /** Root of a container without privileges: bubblewrap is installed, and of no use. */
    @Test
    void podsArePlainProcessesWhereNamespacesAreNotPermitted() throws Exception {
        Assumptions.assumeTrue(possible(), "needs a machine that permits what is then taken away");
        var said = survives(
                List.of("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"), LightNode.Isolation.AUTO);
        assertThat(said)
                .anyMatch(line -> line.contains("pods run as plain processes: making namespaces is not permitted"));
    }

    static boolean possible() {
        return NodeNetwork.missing().isEmpty();
    }

    /** @return what the JVM printed */
    private List<String> survives(List<String> rights, LightNode.Isolation isolation) throws Exception {
        var command = new ArrayList<>(rights);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                KubeDevProgram.class.getName(),
                folder.toString(),
                isolation.name()));
        var jvm = new ProcessBuilder(command)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        var said = new ArrayList<String>();
        try (var output = jvm.inputReader()) {
            var registry = value(output, "registry ", said);
            var engines = Arrays.stream(value(output, "pids ", said).split(" ", -1))
                    .map(Long::parseLong)
                    .toList();
            assertThat(engines).hasSize(3).allMatch(KilledJvmIT::alive);
            try (var client = client()) {
                run(client, registry);
                assertThat(await().atMost(Duration.ofSeconds(60)).until(this::marked, found -> found.size() >= 2))
                        .hasSizeGreaterThanOrEqualTo(2);
            }

            jvm.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(engines).noneMatch(KilledJvmIT::alive));
        } finally {
            jvm.destroyForcibly();
        }
        var left = marked(); // what a plain process let go of is ended by the next life at the latest
        if (isolation == LightNode.Isolation.BUBBLEWRAP) {
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(marked()).isEmpty());
        }
        var again = rights.isEmpty() ? isolation : LightNode.Isolation.PLAIN;
        try (var _ = KubeDev.start(KubeDevProgram.options(folder, again));
                var client = client()) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(status(client)).get().satisfies(status -> {
                        assertThat(status.getRestartCount()).isEqualTo(1);
                        assertThat(status.getState().getRunning()).isNotNull();
                    }));
            assertThat(marked()).noneMatch(left::contains);
        }
        assertThat(marked()).as("processes of pods after all is closed").isEmpty();
        return said;
    }

    private void run(KubernetesClient client, String registry) throws IOException {
        TestImage.pushShell(registry + "/killed/shell:1", Files.createDirectories(folder.resolve("image")));
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("running")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("a")
                        .withImage(registry + "/killed/shell:1")
                        .withCommand("sh", "-c", "sleep 600 & exec sleep 600")
                        .addNewEnv()
                        .withName(MARK)
                        .withValue(folder.getFileName().toString())
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private static Optional<ContainerStatus> status(KubernetesClient client) {
        var pod = client.pods().inNamespace("default").withName("running").require();
        return pod.getStatus().getContainerStatuses().stream().findFirst();
    }

    /** The processes of the pod, by what is in their environment. */
    private List<Long> marked() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(this::isMarked)
                .toList();
    }

    private boolean isMarked(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1)
                    .contains(MARK + "=" + folder.getFileName());
        } catch (IOException _) {
            return false; // it went meanwhile
        }
    }

    private static String value(BufferedReader output, String key, List<String> said) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.add(line);
            if (line.startsWith(key)) {
                return line.substring(key.length());
            }
        }
        throw new AssertionError("the JVM ended without saying its " + key + ": " + said);
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(folder.resolve("kubeconfig").toFile()))
                .build();
    }
}
