package dev.sluice.kubedev.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.processes.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeProgramsTest {

    private static void programs(Path folder, String... names) throws Exception {
        Files.createDirectories(folder);
        for (String name : names) {
            Files.createFile(
                    folder.resolve(name),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
    }

    @Test
    void theNamedFolderComesFirstAndKubectlMayBeElsewhere(@TempDir Path folder) throws Exception {
        programs(folder.resolve("named"), "etcd", "kube-apiserver", "kube-controller-manager");
        programs(folder.resolve("path"), "etcd", "kube-apiserver", "kube-controller-manager", "kubectl");
        var environment = Map.of(
                "SLUICE_KUBE_BIN", folder.resolve("named").toString(),
                "PATH", folder.resolve("path").toString());
        var found = KubePrograms.obtain(environment::get, _ -> {});
        assertThat(List.of(found.etcd(), found.apiserver(), found.controllerManager()))
                .allMatch(program -> program.startsWith(folder.resolve("named")));
        assertThat(found.kubectl()).isEqualTo(folder.resolve("path").resolve("kubectl"));
    }

    @Test
    void aNamedFolderThatLacksOneIsRefusedByTheNameOfWhatIsMissing(@TempDir Path folder) throws Exception {
        programs(folder, "etcd", "kube-controller-manager");
        var environment = Map.of("SLUICE_KUBE_BIN", folder.toString());
        assertThatThrownBy(() -> KubePrograms.obtain(environment::get, _ -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(folder.resolve("kube-apiserver").toString());
    }

    @Test
    void theCacheIsSharedByAllCheckoutsOfAUser(@TempDir Path folder) throws Exception {
        programs(folder.resolve("sluice/engines/etcd-" + KubePrograms.ETCD), "etcd");
        programs(
                folder.resolve("sluice/engines/kubernetes-" + KubePrograms.KUBERNETES),
                "kube-apiserver",
                "kube-controller-manager",
                "kubectl");
        var environment = Map.of("XDG_CACHE_HOME", folder.toString(), "PATH", "");
        var found = KubePrograms.obtain(environment::get, line -> {
            throw new AssertionError("nothing should be obtained: " + line);
        });
        assertThat(List.of(found.etcd(), found.apiserver(), found.controllerManager(), found.kubectl()))
                .allMatch(program -> program.startsWith(folder.resolve("sluice/engines")));
    }
}
