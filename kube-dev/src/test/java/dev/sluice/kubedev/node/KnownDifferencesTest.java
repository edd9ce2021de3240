package dev.sluice.kubedev.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the light node is known not to do as a kubelet does. A new one is a decision: it is added here and in NODE.md. */
class KnownDifferencesTest {

    static final List<String> ALL = List.of(
            "exec, attach and port-forward are refused with 501",
            "Services have no address that answers: names lead to endpoints, so a Service's port must be its target port",
            "volumes other than emptyDir, configMap, secret, projected, downwardAPI, hostPath and persistentVolumeClaim are not mounted",
            "an emptyDir in memory is a folder on disk, and size limits of volumes are not enforced",
            "a changed ConfigMap or Secret reaches its volumes at once, not within a minute",
            "system calls are not filtered, and setuid programs gain nothing",
            "capabilities asked for one by one are not given; a privileged container keeps all",
            "HTTP probes take a redirect as success without following it",
            "taints, topology spread, pod affinity, priorities and preemption are not looked at when a pod is bound",
            "ephemeral containers, in-place resizing, user namespaces of pods and shared process namespaces are ignored",
            "logs are kept for the newest instance and the one before, in two files of ten megabytes each");

    @Test
    void theListIsAsLongAsItWas() {
        assertThat(ALL).hasSize(11).doesNotHaveDuplicates();
    }

    @Test
    void theListIsWhatNodeMdSays() throws IOException {
        var section = Files.readString(Path.of("NODE.md")).split("### What differs from a kubelet\n", -1);

        assertThat(section).hasSize(2);
        assertThat(section[1].lines().filter(line -> line.startsWith("- ")).map(line -> line.substring(2)))
                .containsExactlyElementsOf(ALL);
    }
}
