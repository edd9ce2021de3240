package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Asks a registry for the digest of an image. When it will not say, there is none: pushing again does no harm. */
final class RegistryCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ImagePush push;

    RegistryCheck(ImagePush push) {
        this.push = push;
    }

    Optional<String> digest(String name) throws InterruptedException {
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var reference = ImageReference.parse(name);
            var scheme = push.plain(reference.getRegistry()) ? "http" : "https";
            var uri = URI.create("%s://%s/v2/%s/manifests/%s"
                    .formatted(
                            scheme,
                            reference.getRegistry(),
                            reference.getRepository(),
                            reference.getTag().orElse("latest")));
            var request = HttpRequest.newBuilder(uri)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .header(
                            "Accept",
                            "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json")
                    .timeout(PATIENCE)
                    .build();
            var answer = client.send(request, BodyHandlers.discarding());
            return answer.statusCode() == 200 ? answer.headers().firstValue("Docker-Content-Digest") : Optional.empty();
        } catch (IOException | InvalidImageReferenceException e) {
            return Optional.empty();
        }
    }
}
