package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Objects of kinds that only their users know, as far as they carry a label: a cache of each kind, from the first time that it is
 * asked for until this is closed.
 */
public final class FollowedKinds implements AutoCloseable {
    private final KubernetesClient client;
    private final String label;
    private final Consumer<GenericKubernetesResource> listener;
    /** Guarded by this. */
    private final Map<String, Cache<GenericKubernetesResource>> caches = new HashMap<>();

    /** @param listener is called with every object that is added, changed or gone */
    public FollowedKinds(KubernetesClient client, String label, Consumer<GenericKubernetesResource> listener) {
        this.client = client;
        this.label = label;
        this.listener = listener;
    }

    /** The cluster has no such kind, or none whose objects are in namespaces. */
    public static final class UnknownKind extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnknownKind(String apiVersion, String kind) {
            super("no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\"");
        }
    }

    /** Where objects of a kind are, as the API server says now; throws {@link UnknownKind}. */
    public static ResourceDefinitionContext definition(KubernetesClient client, String apiVersion, String kind) {
        var served = client.getApiResources(apiVersion);
        var resource = served == null
                ? null
                : served.getResources().stream()
                        .filter(r -> kind.equals(r.getKind()) && !r.getName().contains("/"))
                        .filter(APIResource::getNamespaced)
                        .findFirst()
                        .orElse(null);
        if (resource == null) {
            throw new UnknownKind(apiVersion, kind);
        }
        int slash = apiVersion.indexOf('/');
        return new ResourceDefinitionContext.Builder()
                .withGroup(slash < 0 ? "" : apiVersion.substring(0, slash))
                .withVersion(apiVersion.substring(slash + 1))
                .withKind(kind)
                .withPlural(resource.getName())
                .withNamespaced(true)
                .build();
    }

    /** Everything there is of a kind; throws {@link UnknownKind}. */
    public synchronized Cache<GenericKubernetesResource> of(String apiVersion, String kind) {
        var key = apiVersion + "/" + kind;
        var known = caches.get(key);
        if (known != null) {
            return known;
        }
        var cache = new Cache<>(
                client.genericKubernetesResources(definition(client, apiVersion, kind))
                        .inAnyNamespace()
                        .withLabel(label)
                        .runnableInformer(0),
                Map.of());
        cache.onChange(listener);
        cache.start().join();
        caches.put(key, cache);
        return cache;
    }

    @Override
    public synchronized void close() {
        caches.values().forEach(Cache::close);
        caches.clear();
    }
}
