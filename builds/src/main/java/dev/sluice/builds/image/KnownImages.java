package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.event.EventHandlers;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate;
import com.google.cloud.tools.jib.image.json.ManifestTemplate;
import com.google.cloud.tools.jib.registry.ManifestAndDigest;
import com.google.cloud.tools.jib.registry.RegistryClient;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Images that were pushed before, found by a tag that is made of what went into them: the same source need not be packed, nor prepared, nor
 * pushed again, and has the digest that it had. A registry that will not say knows none.
 */
public final class KnownImages {
    private final ImagePush push;

    public KnownImages(ImagePush push) {
        this.push = push;
    }

    /** @param size the bytes of all layers and the configuration, compressed; empty for what is no single image */
    public record Known(String digest, OptionalLong size) {}

    /** What the tag stands for. */
    public Optional<Known> find(ImageReference image) {
        return manifest(image).map(KnownImages::known);
    }

    /** Why the image cannot be pulled; empty when it can. */
    Optional<ImagePush.Refused> problem(ImageReference image) {
        try {
            return client(image, false).checkManifest(image.getQualifier()).isPresent()
                    ? Optional.empty()
                    : Optional.of(RegistryFailures.missing(image));
        } catch (IOException | RegistryException e) {
            return Optional.of(RegistryFailures.pulling(image, e));
        }
    }

    /** Lets another tag of the same repository stand for the image; whether the registry did so. */
    public boolean tag(ImageReference image, String tag) {
        var found = manifest(image);
        if (found.isEmpty()) {
            return false;
        }
        try {
            var digest = client(image, true).pushManifest(found.get().getManifest(), tag);
            return digest.equals(found.get().getDigest());
        } catch (IOException | RegistryException _) {
            return false;
        }
    }

    private static Known known(ManifestAndDigest<ManifestTemplate> found) {
        var digest = found.getDigest().toString();
        if (!(found.getManifest() instanceof BuildableManifestTemplate image)) {
            return new Known(digest, OptionalLong.empty());
        }
        long size = image.getLayers().stream()
                .mapToLong(BuildableManifestTemplate.ContentDescriptorTemplate::getSize)
                .sum();
        var configuration = image.getContainerConfiguration();
        return new Known(digest, OptionalLong.of(size + (configuration == null ? 0 : configuration.getSize())));
    }

    private Optional<ManifestAndDigest<ManifestTemplate>> manifest(ImageReference image) {
        try {
            var name = image.getQualifier();
            var client = client(image, false);
            return client.checkManifest(name).isPresent() ? Optional.of(client.pullManifest(name)) : Optional.empty();
        } catch (IOException | RegistryException _) {
            return Optional.empty();
        }
    }

    private RegistryClient client(ImageReference image, boolean write) throws IOException, RegistryException {
        boolean plain = push.plain(image.getRegistry());
        var factory = RegistryClient.factory(
                EventHandlers.NONE,
                image.getRegistry(),
                image.getRepository(),
                new FailoverHttpClient(plain, plain, _ -> {}));
        var credential = push.credential(image);
        credential.ifPresent(factory::setCredential);
        var client = factory.setUserAgent("sluice").newRegistryClient();
        if (!(write ? client.doPushBearerAuth() : client.doPullBearerAuth()) && credential.isPresent()) {
            client.configureBasicAuth();
        }
        return client;
    }
}
