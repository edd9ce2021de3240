package dev.sluice.buses.address;

import dev.sluice.api.duck.Destination;
import dev.sluice.api.duck.KReference;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a Destination leads to: a URI as it is; a Service of Kubernetes by its name; anything else by {@code
 * status.address.url}, which is what Knative calls addressable. A relative URI is taken from there.
 */
public final class DestinationResolver {
    private final KubernetesClient client;
    private final String clusterDomain;

    public DestinationResolver(KubernetesClient client, String clusterDomain) {
        this.client = client;
        this.clusterDomain = clusterDomain;
    }

    /** @param namespace of the one who refers */
    public Resolved resolve(Destination destination, String namespace) {
        try {
            var ref = destination.ref();
            if (ref == null) {
                return destination.uri() == null
                        ? new Resolved.Nowhere("the destination has neither ref nor uri")
                        : new Resolved.At(new URI(destination.uri()), destination.caCerts(), destination.audience());
            }
            var found = reference(ref, namespace);
            if (found instanceof Resolved.At at) {
                var uri =
                        destination.uri() == null ? at.uri() : rooted(at.uri()).resolve(destination.uri());
                return new Resolved.At(
                        uri,
                        destination.caCerts() == null ? at.caCerts() : destination.caCerts(),
                        destination.audience() == null ? at.audience() : destination.audience());
            }
            return found;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return new Resolved.Nowhere(String.valueOf(e.getMessage()));
        }
    }

    private static URI rooted(URI base) {
        return base.getRawPath() == null || base.getRawPath().isEmpty() ? base.resolve("/") : base;
    }

    private Resolved reference(KReference ref, String parent) throws URISyntaxException {
        var namespace = ref.namespace() == null || ref.namespace().isEmpty() ? parent : ref.namespace();
        var words = ref.kind() + " " + namespace + "/" + ref.name();
        var found = find(ref, parent);
        if (found.isEmpty()) {
            return new Resolved.Nowhere(words + " does not exist");
        }
        if ("v1".equals(ref.apiVersion()) && "Service".equals(ref.kind())) {
            return new Resolved.At(
                    new URI("http://" + ref.name() + "." + namespace + ".svc." + clusterDomain), null, null);
        }
        Map<?, ?> address = found.get().get("status", "address");
        if (address != null && address.get("url") instanceof String url && !url.isEmpty()) {
            return new Resolved.At(new URI(url), text(address.get("CACerts")), text(address.get("audience")));
        }
        return new Resolved.Nowhere(words + " has no address yet (status.address.url)");
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text && !text.isEmpty() ? text : null;
    }

    /** The object itself; empty when it, or its kind, does not exist. */
    public Optional<GenericKubernetesResource> find(KReference ref, String parent) {
        var namespace = ref.namespace() == null || ref.namespace().isEmpty() ? parent : ref.namespace();
        if (ref.apiVersion() == null || ref.kind() == null || ref.name() == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(client.genericKubernetesResources(ref.apiVersion(), ref.kind())
                    .inNamespace(namespace)
                    .withName(ref.name())
                    .get());
        } catch (KubernetesClientException e) {
            // fabric8 asks for the kind first, and says so with an exception when the server does not know it
            if (e.getCode() == 404
                    || Objects.requireNonNullElse(e.getMessage(), "").contains("find")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
