package dev.sluice.serving.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.serving.BuildAnnotation;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.cluster.FollowedKinds;
import dev.sluice.serving.cluster.Meta;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The builds that Configurations of 2018 ask for: one object per distinct text, shared by the revisions that have the same. */
public final class RequestedBuilds {
    /** On a Revision: the build it waits for, as {@code apiVersion/kind/name}. */
    public static final String REFERENCE = "serving.sluice.dev/build-ref";

    private static final ObjectMapper JSON = new ObjectMapper();
    private final KubernetesClient client;

    public RequestedBuilds(KubernetesClient client) {
        this.client = client;
    }

    /**
     * The reference to the Configuration's build, made as {@code name} when there is none of its text yet. Throws {@link
     * FollowedKinds.UnknownKind} when the cluster does not know what it is.
     */
    Optional<String> request(Configuration configuration, String name) {
        var asked = BuildAnnotation.of(configuration.getMetadata());
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        try {
            var build = JSON.treeToValue(asked.get().object(), GenericKubernetesResource.class);
            var labels = Map.of(ServingLabels.BUILD_HASH, asked.get().hash());
            var definition = FollowedKinds.definition(client, build.getApiVersion(), build.getKind());
            var shared = client
                    .genericKubernetesResources(definition)
                    .inNamespace(configuration.getMetadata().getNamespace())
                    .withLabels(labels)
                    .list()
                    .getItems()
                    .stream()
                    .filter(b -> Meta.controlledBy(b, configuration))
                    .findFirst();
            if (shared.isPresent()) {
                return Optional.of(reference(shared.get()));
            }
            build.setMetadata(Meta.child(name, configuration, new TreeMap<>(labels), Map.of())
                    .build());
            return Optional.of(reference(create(build, definition)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("reading the build of " + name + ": " + e.getOriginalMessage(), e);
        }
    }

    void refer(Revision revision, String reference) {
        var annotations = new TreeMap<>(Meta.annotations(revision));
        annotations.put(REFERENCE, reference);
        revision.getMetadata().setAnnotations(annotations);
    }

    private GenericKubernetesResource create(GenericKubernetesResource build, ResourceDefinitionContext definition) {
        var resource = client.genericKubernetesResources(definition).resource(build);
        try {
            return resource.create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return resource.require();
            }
            throw e;
        }
    }

    /** What {@link #REFERENCE} says on the revisions that wait for this build. */
    public static String reference(HasMetadata build) {
        return build.getApiVersion() + "/" + build.getKind() + "/"
                + build.getMetadata().getName();
    }
}
