package dev.sluice.serving.cluster;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How reconcilers write: never over a version they have not seen, and not at all when nothing would change. */
public final class Writes {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private final KubernetesClient client;
    private final KubernetesSerialization json;

    public Writes(KubernetesClient client) {
        this.client = client;
        this.json = client.getKubernetesSerialization();
    }

    /** Creates; empty when an object of that name is there already, which the informer will show soon. */
    public <T extends HasMetadata> Optional<T> create(T object) {
        try {
            return Optional.of(client.resource(object).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What the API server has now; for the rare case that a cache must not be trusted. */
    public <T extends HasMetadata> Optional<T> get(Class<T> kind, ObjectKey key) {
        return Optional.ofNullable(client.resources(kind)
                .inNamespace(key.namespace())
                .withName(key.name())
                .get());
    }

    /** Makes {@code existing} as {@code wanted} is, unless it changed since. */
    public <T extends HasMetadata> T update(T existing, T wanted) {
        wanted.setMetadata(Meta.replacing(existing, wanted));
        return client.resource(wanted).update();
    }

    /** Writes {@code status} unless it is there already; true when it wrote. */
    public <P, S, R extends CustomResource<P, S>> boolean status(R seen, S status, Supplier<R> empty) {
        if (Objects.equals(json.asJson(status), json.asJson(seen.getStatus()))) {
            return false;
        }
        var written = empty.get();
        written.setMetadata(Meta.identity(seen));
        written.setStatus(status);
        written.setSpec(seen.getSpec());
        client.resource(written).updateStatus();
        return true;
    }

    /**
     * Says of an object that it was seen and could not be brought up to date, as upstream does: its newest generation is observed,
     * and whether it is Ready is not known. Once for each generation.
     *
     * @param observedGeneration of the status that it has
     */
    public <T extends HasMetadata> void notBroughtUpToDate(
            T seen, @Nullable Long observedGeneration, List<Condition> before, Instant now) {
        if (Meta.observed(seen, observedGeneration) || Meta.deleting(seen)) {
            return;
        }
        var conditions = new ConditionSet("Ready", List.of(), before, now);
        conditions.markUnknown("Ready", "NewObservedGenFailure", "unsuccessfully observed a new generation");
        var patch = Map.of(
                "metadata", Map.of("resourceVersion", seen.getMetadata().getResourceVersion()),
                "status", Map.of("observedGeneration", Meta.generation(seen), "conditions", conditions.list()));
        try {
            client.resource(seen).subresource("status").patch(MERGE, json.asJson(patch));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) { // else whoever was faster knows more
                throw e;
            }
        }
    }

    public <T extends HasMetadata> void mergePatch(Class<T> kind, ObjectKey key, String patch) {
        client.resources(kind).inNamespace(key.namespace()).withName(key.name()).patch(MERGE, patch);
    }

    public <T extends HasMetadata> void delete(Class<T> kind, ObjectKey key) {
        if (key.namespace().isEmpty()) {
            client.resources(kind).withName(key.name()).delete();
        } else {
            client.resources(kind)
                    .inNamespace(key.namespace())
                    .withName(key.name())
                    .delete();
        }
    }

    /** Sets the replicas of a Deployment through its scale subresource; false when there is no such Deployment. */
    public boolean scale(ObjectKey deployment, int replicas) {
        var http = client.getHttpClient();
        var url = "%sapis/apps/v1/namespaces/%s/deployments/%s/scale"
                .formatted(client.getMasterUrl(), deployment.namespace(), deployment.name());
        var request = http.newHttpRequestBuilder()
                .uri(url)
                .patch("application/merge-patch+json", "{\"spec\":{\"replicas\":" + replicas + "}}")
                .build();
        try {
            var response = http.sendAsync(request, String.class).join();
            if (response.code() == HttpURLConnection.HTTP_NOT_FOUND) {
                return false;
            }
            if (!response.isSuccessful()) {
                throw new KubernetesClientException(
                        "applying scale " + replicas + " to " + deployment + ": " + response.code() + " "
                                + response.body(),
                        response.code(),
                        null);
            }
            return true;
        } catch (CompletionException e) {
            throw new KubernetesClientException("applying scale " + replicas + " to " + deployment, e.getCause());
        }
    }

    public String json(@Nullable Object value) {
        return json.asJson(value);
    }
}
