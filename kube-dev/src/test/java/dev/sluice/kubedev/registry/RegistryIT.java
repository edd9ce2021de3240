package dev.sluice.kubedev.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryIT {

    private final HttpClient http = HttpClient.newHttpClient();
    private Path folder;
    private Registry registry;

    @BeforeEach
    void start(@TempDir Path temporary) {
        folder = temporary;
        registry = Registry.start(Registry.Options.in(folder.resolve("registry")));
    }

    @AfterEach
    void stop() {
        registry.close();
        http.close();
    }

    private HttpResponse<String> call(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        var uri = path.startsWith("http") ? URI.create(path) : URI.create("http://" + registry.address() + path);
        var request = HttpRequest.newBuilder(uri)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> call(String method, String path) throws IOException, InterruptedException {
        return call(method, path, new byte[0]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Digest push(String repository, byte[] content) throws IOException, InterruptedException {
        var digest = Digest.of(content);
        assertThat(call("POST", "/v2/" + repository + "/blobs/uploads/?digest=" + digest, content)
                        .statusCode())
                .isEqualTo(201);
        return digest;
    }

    private static byte[] manifest(Digest config) {
        return bytes("""
                {"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"%s"},"layers":[]}""".formatted(config));
    }

    @Test
    void jibPushesAndPullsByTagAndByDigest() throws Exception {
        var layer = Files.writeString(folder.resolve("hello.txt"), "hello");
        var pushed = Jib.fromScratch()
                .addLayer(List.of(layer), AbsoluteUnixPath.get("/app"))
                .setEntrypoint("/app/hello")
                .containerize(jib(registry.address() + "/team/hello:one"));

        // A second image from the first one by digest: Jib must read manifest, configuration and layers back.
        var derived = Jib.from(RegistryImage.named(
                        ImageReference.parse(registry.address() + "/team/hello@" + pushed.getDigest())))
                .addEnvironmentVariable("COLOUR", "green")
                .containerize(jib(registry.address() + "/team/derived:two"));

        assertThat(call("GET", "/v2/team/hello/tags/list").body()).contains("\"one\"");
        assertThat(call("HEAD", "/v2/team/derived/manifests/two").headers().firstValue("Docker-Content-Digest"))
                .contains(derived.getDigest().toString());
        assertThat(call("GET", "/v2/_catalog").body())
                .isEqualTo("{\"repositories\":[\"team/derived\",\"team/hello\"]}");
    }

    private Containerizer jib(String reference) throws Exception {
        return Containerizer.to(RegistryImage.named(reference))
                .setAllowInsecureRegistries(true)
                .setBaseImageLayersCache(folder.resolve("jib-base"))
                .setApplicationLayersCache(folder.resolve("jib-app"));
    }

    @Test
    void jibPushesWithAPassword() throws Exception {
        registry.close();
        registry = Registry.start(Registry.Options.in(folder.resolve("closed")).withUser("u", "p"));
        assertThat(call("GET", "/v2/").statusCode()).isEqualTo(401);
        assertThat(call("GET", "/v2/").headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"sluice\"");
        var basic = "Basic " + Base64.getEncoder().encodeToString(bytes("u:p"));
        assertThat(call("GET", "/v2/", new byte[0], "Authorization", basic).statusCode())
                .isEqualTo(200);
        System.setProperty("sendCredentialsOverHttp", "true");
        JibContainer pushed = Jib.fromScratch()
                .containerize(Containerizer.to(
                                RegistryImage.named(registry.address() + "/a:b").addCredential("u", "p"))
                        .setAllowInsecureRegistries(true)
                        .setBaseImageLayersCache(folder.resolve("jib-base"))
                        .setApplicationLayersCache(folder.resolve("jib-app")));
        assertThat(pushed.getDigest()).isNotNull();
    }

    @Test
    void refusesContentThatIsNotWhatItsDigestSays() throws Exception {
        var announced = Digest.of(bytes("something else"));
        var answer = call("POST", "/v2/a/blobs/uploads/?digest=" + announced, bytes("content"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("DIGEST_INVALID");
        assertThat(call("HEAD", "/v2/a/blobs/" + announced).statusCode()).isEqualTo(404);
        assertThat(call("HEAD", "/v2/a/blobs/" + Digest.of(bytes("content"))).statusCode())
                .isEqualTo(404);
    }

    @Test
    void takesABlobInChunksAndOnlyInTheirOrder() throws Exception {
        var begun = call("POST", "/v2/a/b/blobs/uploads/");
        assertThat(begun.statusCode()).isEqualTo(202);
        var place = begun.headers().firstValue("Location").orElseThrow();

        var first = call("PATCH", place, bytes("hello "), "Content-Range", "0-5");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue("Range")).contains("0-5");
        assertThat(call("PATCH", place, bytes("early"), "Content-Range", "9-13").statusCode())
                .isEqualTo(416);
        assertThat(call("GET", place).headers().firstValue("Range")).contains("0-5");

        var digest = Digest.of(bytes("hello world"));
        var done = call("PUT", place + "?digest=" + digest, bytes("world"), "Content-Range", "6-10");
        assertThat(done.statusCode()).isEqualTo(201);
        assertThat(call("GET", done.headers().firstValue("Location").orElseThrow())
                        .body())
                .isEqualTo("hello world");
    }

    @Test
    void anUploadGoesOnAfterARestart() throws Exception {
        var place = call("POST", "/v2/a/blobs/uploads/")
                .headers()
                .firstValue("Location")
                .orElseThrow();
        call("PATCH", place, bytes("half "));
        registry.close();
        registry = Registry.start(Registry.Options.in(folder.resolve("registry")));
        var digest = Digest.of(bytes("half done"));
        assertThat(call("PATCH", place, bytes("done")).statusCode()).isEqualTo(202);
        assertThat(call("PUT", place + "?digest=" + digest).statusCode()).isEqualTo(201);
    }

    @Test
    void keepsItsContentAndItsAddressOverARestart() throws Exception {
        var config = push("kept", bytes("{}"));
        call(
                "PUT",
                "/v2/kept/manifests/v1",
                manifest(config),
                "Content-Type",
                "application/vnd.oci.image.manifest.v1+json");
        var address = registry.address();
        registry.close();
        registry = Registry.start(Registry.Options.in(folder.resolve("registry")));
        assertThat(registry.address()).isEqualTo(address);
        var answer = call("GET", "/v2/kept/manifests/v1");
        assertThat(answer.body()).isEqualTo(new String(manifest(config), StandardCharsets.UTF_8));
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.oci.image.manifest.v1+json");
    }

    @Test
    void mountsABlobOfAnotherRepository() throws Exception {
        var digest = push("one", bytes("shared"));
        assertThat(call("POST", "/v2/two/blobs/uploads/?mount=" + digest + "&from=one")
                        .statusCode())
                .isEqualTo(201);
        var unknown = Digest.of(bytes("unknown"));
        assertThat(call("POST", "/v2/two/blobs/uploads/?mount=" + unknown + "&from=one")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void refusesAManifestWhoseBlobsAreMissing() throws Exception {
        var answer = call("PUT", "/v2/a/manifests/v1", manifest(Digest.of(bytes("missing"))));
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("MANIFEST_BLOB_UNKNOWN");
        assertThat(call("PUT", "/v2/a/manifests/v1", bytes("no json")).statusCode())
                .isEqualTo(400);
        assertThat(call("GET", "/v2/a/manifests/v1").statusCode()).isEqualTo(404);
    }

    @Test
    void listsTagsInPages() throws Exception {
        var config = push("paged", bytes("{}"));
        for (String tag : List.of("c", "a", "b")) {
            call("PUT", "/v2/paged/manifests/" + tag, manifest(config));
        }
        var page = call("GET", "/v2/paged/tags/list?n=2");
        assertThat(page.body()).contains("[\"a\",\"b\"]");
        assertThat(page.headers().firstValue("Link")).contains("</v2/paged/tags/list?n=2&last=b>; rel=\"next\"");
        assertThat(call("GET", "/v2/paged/tags/list?n=2&last=b").body()).contains("[\"c\"]");
        assertThat(call("GET", "/v2/none/tags/list").statusCode()).isEqualTo(404);
    }

    @Test
    void deletesATagAloneAndAManifestWithItsTags() throws Exception {
        var config = push("gone", bytes("{}"));
        var digest = Digest.of(manifest(config));
        call("PUT", "/v2/gone/manifests/one", manifest(config));
        call("PUT", "/v2/gone/manifests/two", manifest(config));
        assertThat(call("DELETE", "/v2/gone/manifests/one").statusCode()).isEqualTo(202);
        assertThat(call("GET", "/v2/gone/manifests/" + digest).statusCode()).isEqualTo(200);
        assertThat(call("DELETE", "/v2/gone/manifests/" + digest).statusCode()).isEqualTo(202);
        assertThat(call("GET", "/v2/gone/manifests/two").statusCode()).isEqualTo(404);
        assertThat(call("DELETE", "/v2/gone/blobs/" + config).statusCode()).isEqualTo(202);
        assertThat(call("HEAD", "/v2/gone/blobs/" + config).statusCode()).isEqualTo(404);
    }

    @Test
    void namesThatLeaveItsFolderAreUnknown() throws Exception {
        assertThat(call("GET", "/v2/a/../../../etc/manifests/passwd").statusCode())
                .isBetween(400, 499);
        assertThat(call("GET", "/v2/%2e%2e/manifests/x").statusCode()).isBetween(400, 499);
        assertThat(call("GET", "/v2/a/manifests/..").statusCode()).isBetween(400, 499);
    }

    @Test
    void headTellsTheLengthWithoutABody() throws Exception {
        var digest = push("a", bytes("12345"));
        var answer = call("HEAD", "/v2/a/blobs/" + digest);
        assertThat(answer.headers().firstValue("Content-Length")).contains("5");
        // The connection is still in step.
        assertThat(call("GET", "/v2/a/blobs/" + digest).body()).isEqualTo("12345");
    }

    @Test
    void closesATlsHelloAtOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
            try (var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), registry.port())) {
                // The head of a TLS 1.2 client hello, without the rest and without an end of line.
                socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
                socket.getOutputStream().flush();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        });
    }

    @Test
    void failsAsATestWants() throws Exception {
        registry.failing((method, path) ->
                method.equals("GET") && path.endsWith("/manifests/x") ? OptionalInt.of(503) : OptionalInt.empty());
        assertThat(call("GET", "/v2/a/manifests/x").statusCode()).isEqualTo(503);
        assertThat(call("GET", "/v2/").statusCode()).isEqualTo(200);
        registry.healed();
        assertThat(call("GET", "/v2/a/manifests/x").statusCode()).isEqualTo(404);
    }

    @Test
    void streamsABlobThatIsLargerThanItsShareOfTheHeap() throws Exception {
        var content = new byte[64 << 20];
        new Random(7).nextBytes(content);
        var digest = push("large", content);
        long before = used();
        var request = HttpRequest.newBuilder(URI.create("http://" + registry.address() + "/v2/large/blobs/" + digest))
                .build();
        try (InputStream body = http.send(request, BodyHandlers.ofInputStream()).body()) {
            var head = body.readNBytes(1 << 20);
            assertThat(Arrays.equals(head, Arrays.copyOf(content, head.length))).isTrue();
            // The client has taken one of 64 MiB: what the server buffers meanwhile must stay small.
            assertThat(used() - before).isLessThan(24L << 20);
            var rest = body.readAllBytes();
            assertThat(rest.length + head.length).isEqualTo(content.length);
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void aReferenceThatIsNoDigestIsRefused() {
        assertThatThrownBy(() -> Digest.parse("sha256:../../x")).isInstanceOf(RegistryError.class);
    }
}
