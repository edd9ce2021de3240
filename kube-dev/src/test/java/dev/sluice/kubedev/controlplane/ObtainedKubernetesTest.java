package dev.sluice.kubedev.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.processes.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to the control plane where a machine has none: a mirror of the downloads, Go, and what is said when all are closed. */
class ObtainedKubernetesTest {
    private static final List<String> PROGRAMS = List.of("kube-apiserver", "kube-controller-manager", "kubectl");

    private final Map<String, byte[]> mirror = new ConcurrentHashMap<>();
    private final List<String> told = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    private Path folder;

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var body = mirror.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
        Files.createDirectories(folder.resolve("bin"));
        environment.put("PATH", folder.resolve("bin").toString());
        environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        environment.put(
                "SLUICE_MIRROR", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void offer() throws IOException {
        var etcd = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(etcd))) {
            var entry = new TarArchiveEntry("etcd-" + KubePrograms.ETCD + "/etcd");
            entry.setSize(4);
            tar.putArchiveEntry(entry);
            tar.write("etcd".getBytes(StandardCharsets.UTF_8));
            tar.closeArchiveEntry();
        }
        var releases = "/github.com/etcd-io/etcd/releases/download/" + KubePrograms.ETCD + "/";
        var sums = new StringBuilder();
        for (var arch : List.of("amd64", "arm64")) {
            var file = "etcd-" + KubePrograms.ETCD + "-linux-" + arch + ".tar.gz";
            mirror.put(releases + file, etcd.toByteArray());
            sums.append(digest(etcd.toByteArray())).append("  ").append(file).append('\n');
            for (var name : PROGRAMS) {
                var place = "/dl.k8s.io/release/" + KubePrograms.KUBERNETES + "/bin/linux/" + arch + "/" + name;
                var bytes = name.getBytes(StandardCharsets.UTF_8);
                mirror.put(place, bytes);
                mirror.put(place + ".sha256", digest(bytes).getBytes(StandardCharsets.UTF_8));
            }
        }
        mirror.put(releases + "SHA256SUMS", sums.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theReleasesAreFetchedAndCheckedAgainstTheirDigests() throws IOException {
        offer();
        var found = KubePrograms.obtain(environment::get, told::add);
        assertThat(found.etcd()).isExecutable().hasContent("etcd");
        assertThat(found.apiserver()).isExecutable().hasContent("kube-apiserver");
        assertThat(found.controllerManager()).isExecutable().hasContent("kube-controller-manager");
        assertThat(found.kubectl()).isExecutable().hasContent("kubectl");
        mirror.clear(); // from now on they are in the cache
        assertThat(KubePrograms.obtain(environment::get, told::add)).isEqualTo(found);
    }

    @Test
    void aReleaseOfAnotherDigestIsNotUsedAndGoCompilesIt() throws IOException {
        offer();
        mirror.replaceAll(
                (path, bytes) -> path.endsWith("kubectl") ? "another".getBytes(StandardCharsets.UTF_8) : bytes);
        var go = Files.writeString(folder.resolve("bin/go"), """
                #!/bin/sh
                for last; do :; done
                [ "$last" = k8s.io/kubernetes/cmd/kubectl ] && [ -f go.mod ] || exit 3
                while [ $# -gt 0 ]; do [ "$1" = -o ] && to=$2; shift; done
                printf compiled > "$to"
                """);
        Files.setPosixFilePermissions(go, PosixFilePermissions.fromString("rwxr-xr-x"));
        var found = KubePrograms.obtain(environment::get, told::add);
        assertThat(found.kubectl()).isExecutable().hasContent("compiled");
        assertThat(found.apiserver()).hasContent("kube-apiserver");
        assertThat(told)
                .anyMatch(line -> line.contains("kubectl: not by download") && line.contains("SHA-256"))
                .anyMatch(line -> line.contains("compiling kubectl"));
    }

    @Test
    void whenEveryWayIsClosedItSaysWhyAndWhatToDoAndLeavesNothing() throws IOException {
        assertThatThrownBy(() -> KubePrograms.obtain(environment::get, told::add))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("obtaining etcd")
                .hasMessageContaining("status 404")
                .hasMessageContaining("go is not on PATH")
                .hasMessageContaining("SLUICE_KUBE_BIN")
                .hasMessageContaining("install Go");
        try (var files = Files.list(folder.resolve("cache/sluice/engines"))) {
            assertThat(files.filter(Files::isDirectory)).isEmpty();
        }
    }
}
