package dev.sluice.kubedev.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a registry that sends what it is told to. */
class ImageStoreIT {
    @TempDir
    private Path folder = Path.of("");

    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private volatile String manifest = "";
    private final HttpServer server = server();
    private ImageReference image = reference();

    @BeforeEach
    void start() {
        server.createContext("/", exchange -> {
            try (exchange) {
                var path = exchange.getRequestURI().getPath();
                var body = path.contains("/manifests/")
                        ? manifest.getBytes(StandardCharsets.UTF_8)
                        : blobs.get(path.substring(path.lastIndexOf('/') + 1));
                exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
                if (body != null) {
                    exchange.getResponseBody().write(body);
                }
            }
        });
        server.start();
        image = reference();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void refusesWhatIsNoDigest() throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("pki")).resolve("key"), "secret");
        var config = blob("{}".getBytes(StandardCharsets.UTF_8));
        for (var bad : new String[] {"../../pki", folder.resolve("pki").toString(), "sha256:" + "0".repeat(63) + "/"}) {
            manifest = manifest(config, bad);

            assertThatThrownBy(() -> store().pull(image, Credentials.none()))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("invalid digest \"" + bad + "\" in its manifest");
        }
        manifest = manifest("../../pki", blob(layer()));
        assertThatThrownBy(() -> store().pull(image, Credentials.none()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("invalid digest \"../../pki\" in its manifest");
        assertThat(folder.resolve("cache/roots")).isEmptyDirectory();
    }

    /** A node that was killed while it made room. */
    @Test
    void pullsAgainWhatIsHalfGone() throws Exception {
        manifest = manifest(blob("{}".getBytes(StandardCharsets.UTF_8)), blob(layer()));
        var root = store().pull(image, Credentials.none()).rootfs();
        Files.delete(root.resolveSibling("image.json"));
        Files.delete(root.resolve("hello"));

        assertThat(store().find(image)).isEmpty();
        assertThat(store().pull(image, Credentials.none()).rootfs().resolve("hello"))
                .hasContent("world");
    }

    @Test
    void aRootThatIsHalfGoneIsNoObstacleToOthers() throws Exception {
        manifest = manifest(blob("{}".getBytes(StandardCharsets.UTF_8)), blob(layer()));
        Files.createDirectories(
                folder.resolve("cache/roots").resolve("0".repeat(64)).resolve("fs"));

        assertThat(store().pull(image, Credentials.none()).rootfs()).isDirectory();
    }

    private ImageStore store() throws IOException {
        return new ImageStore(folder.resolve("cache"), new RegistryAccess(Map.of(), Set.of()), 1 << 20);
    }

    private ImageReference reference() {
        return ImageReference.parse("127.0.0.1:" + server.getAddress().getPort() + "/some/image:1")
                .orElseThrow();
    }

    private String blob(byte[] content) throws Exception {
        var digest = "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        blobs.put(digest, content);
        return digest;
    }

    private static String manifest(String config, String layer) {
        return "{\"config\": {\"digest\": \"" + config + "\"}, \"layers\": [{\"digest\": \"" + layer + "\"}]}";
    }

    private static byte[] layer() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            var content = "world".getBytes(StandardCharsets.UTF_8);
            var entry = new TarArchiveEntry("hello");
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
