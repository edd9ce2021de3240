package dev.sluice.app.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitServerIT {
    /** JGit compresses a request of more than a few lines, and build pods fetch with JGit. */
    @Test
    void takesACompressedRequest(@TempDir Path folder) throws Exception {
        try (var server = GitServer.start(folder, InetAddress.getLoopbackAddress(), 0);
                var client = HttpClient.newHttpClient()) {
            server.repository("default", "hello").close();
            var body = new ByteArrayOutputStream();
            try (var zip = new GZIPOutputStream(body)) {
                zip.write("0000".getBytes(StandardCharsets.US_ASCII));
            }
            var request = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + server.port() + server.path("default", "hello") + "/git-upload-pack"))
                    .header("Content-Type", "application/x-git-upload-pack-request")
                    .header("Content-Encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void servesARepositoryOnlyToWhoKnowsItsPath(@TempDir Path folder) throws Exception {
        try (var server = GitServer.start(folder, InetAddress.getLoopbackAddress(), 0);
                var client = HttpClient.newHttpClient()) {
            server.repository("default", "hello").close();
            server.repository("other", "hello").close();
            var own = server.path("default", "hello");
            assertThat(status(client, server, own)).isEqualTo(200);
            // another tenant's, with one's own token
            assertThat(status(client, server, own.replace("/default/", "/other/")))
                    .isEqualTo(404);
            assertThat(status(client, server, "/default/hello.git")).isEqualTo(404);
            assertThat(status(client, server, "/0/default/hello.git")).isEqualTo(404);
        }
        try (var restarted = GitServer.start(folder, InetAddress.getLoopbackAddress(), 0);
                var client = HttpClient.newHttpClient()) {
            assertThat(status(client, restarted, restarted.path("default", "hello")))
                    .isEqualTo(200);
        }
    }

    private static int status(HttpClient client, GitServer server, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + server.port() + path + "/info/refs?service=git-upload-pack");
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
