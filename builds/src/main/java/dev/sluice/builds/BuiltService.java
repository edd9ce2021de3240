package dev.sluice.builds;

import dev.sluice.api.build.Build;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a Service run what a Build that was made for it has pushed. Once: the Build then says which image it was, so that neither a
 * restart nor a later deploy is overruled.
 */
public final class BuiltService {
    /** On a Build: the Service that it was made for. */
    public static final String LABEL = "sluice.dev/service";
    /** On a Build: the Service that is to run its image when it succeeds. */
    public static final String DEPLOY = "build.sluice.dev/deploy";

    private static final String DEPLOYED = "build.sluice.dev/deployed";
    private static final String COMMIT = "sluice.dev/commit";
    private static final String BUILD = "sluice.dev/build";
    private static final Logger LOG = LoggerFactory.getLogger(BuiltService.class);

    /** Without effect for Builds that nobody asked to deploy, that failed, or that were deployed before. */
    static void deploy(KubernetesClient client, Build build) {
        var annotations = Objects.requireNonNullElse(build.getMetadata().getAnnotations(), Map.<String, String>of());
        var service = annotations.get(DEPLOY);
        var image = build.getStatus().image() == null
                ? java.util.Optional.<String>empty()
                : build.getStatus().image().pinned();
        boolean succeeded = build.getStatus()
                .succeeded()
                .filter(c -> c.status().equals("True"))
                .isPresent();
        if (service == null || image.isEmpty() || !succeeded || annotations.containsKey(DEPLOYED)) {
            return;
        }
        deploy(client, build, service, image.get());
    }

    /** Lets the Service run once more what the Build has pushed; somebody has asked for it. */
    public static void deployAgain(KubernetesClient client, Build build) {
        var service =
                Objects.requireNonNull(build.getMetadata().getAnnotations().get(DEPLOY));
        var image = Objects.requireNonNull(build.getStatus().image()).pinned().orElseThrow();
        deploy(client, build, service, image);
    }

    /** The image of its first container; empty when there is none. */
    public static String image(GenericKubernetesResource service) {
        Object image = service.get("spec", "template", "spec", "containers", 0, "image");
        return image instanceof String name ? name : "";
    }

    private static void deploy(KubernetesClient client, Build build, String service, String image) {
        var services = client.genericKubernetesResources("serving.knative.dev/v1", "Service")
                .inNamespace(build.getMetadata().getNamespace());
        var found = services.withName(service).get();
        if (found != null) {
            services.resource(running(found, build, image)).update(); // a conflict is tried again
            LOG.atInfo()
                    .addKeyValue("namespace", build.getMetadata().getNamespace())
                    .addKeyValue("name", service)
                    .addKeyValue("build", build.getMetadata().getName())
                    .log("service runs what was pushed");
        }
        client.resources(Build.class)
                .inNamespace(build.getMetadata().getNamespace())
                .withName(build.getMetadata().getName())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        Serialization.asJson(Map.of("metadata", Map.of("annotations", Map.of(DEPLOYED, image)))));
    }

    /** The Service with another image in its first container; a revision name of its own would forbid a new revision. */
    @SuppressWarnings("unchecked") // the maps and lists of JSON
    static GenericKubernetesResource running(GenericKubernetesResource service, Build build, String image) {
        var spec = copy(service.getAdditionalProperties().get("spec"));
        var template = copy(spec.get("template"));
        var metadata = copy(template.get("metadata"));
        metadata.remove("name");
        var notes = new TreeMap<String, Object>(copy(metadata.get("annotations")));
        notes.put(BUILD, build.getMetadata().getName());
        build.getStatus().commits().stream()
                .map(commit -> commit.sha())
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(sha -> notes.put(COMMIT, sha));
        metadata.put("annotations", notes);
        var pod = copy(template.get("spec"));
        var containers = new ArrayList<Object>((List<Object>) pod.getOrDefault("containers", List.of()));
        var first = copy(containers.isEmpty() ? null : containers.getFirst());
        first.put("image", image);
        if (containers.isEmpty()) {
            containers.add(first);
        } else {
            containers.set(0, first);
        }
        pod.put("containers", containers);
        template.put("metadata", metadata);
        template.put("spec", pod);
        spec.put("template", template);
        service.setAdditionalProperty("spec", spec);
        return service;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> copy(@Nullable Object map) {
        return map instanceof Map ? new HashMap<>((Map<String, Object>) map) : new HashMap<>();
    }

    private BuiltService() {}
}
