package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The Service that {@code deploy} applies. It continues the one that is there: its container with its environment, and the
 * annotations of its revision, stay until they are given anew.
 *
 * @param container of the Service that is there
 */
record ServiceManifest(
        String namespace,
        String name,
        Map<String, String> environment,
        Map<String, String> revisionAnnotations,
        ObjectNode container) {
    static final String SOURCE = "sluice.dev/source";
    static final String COMMIT = "sluice.dev/commit";
    static final String BUILD = "sluice.dev/build";

    private static final Set<String> ORIGIN = Set.of(SOURCE, COMMIT, BUILD);

    /** @param existing the Service of that name, when there is one */
    static ServiceManifest of(
            Optional<JsonNode> existing,
            String namespace,
            String name,
            Map<String, String> environment,
            Map<String, String> revisionAnnotations) {
        var annotations = new TreeMap<String, String>();
        existing.map(service -> service.at("/spec/template/metadata/annotations"))
                .ifPresent(kept -> kept.properties().forEach(entry -> {
                    if (!ORIGIN.contains(entry.getKey())) {
                        annotations.put(entry.getKey(), entry.getValue().asText());
                    }
                }));
        annotations.putAll(revisionAnnotations);
        var container = existing.map(service -> service.at("/spec/template/spec/containers/0"))
                .filter(JsonNode::isObject)
                .map(found -> (ObjectNode) found.deepCopy())
                .orElseGet(JsonNodeFactory.instance::objectNode);
        return new ServiceManifest(namespace, name, environment, annotations, container);
    }

    /** @param origin annotations that say where the image comes from */
    GenericKubernetesResource with(String image, Map<String, String> origin) {
        var service = JsonNodeFactory.instance.objectNode();
        service.put("apiVersion", "serving.knative.dev/v1").put("kind", "Service");
        var metadata = service.putObject("metadata").put("name", name).put("namespace", namespace);
        if (origin.containsKey(SOURCE)) {
            metadata.putObject("annotations").put(SOURCE, origin.get(SOURCE));
        }
        var template = service.putObject("spec").putObject("template");
        var annotations = new TreeMap<>(revisionAnnotations);
        annotations.putAll(origin);
        if (!annotations.isEmpty()) {
            var written = template.putObject("metadata").putObject("annotations");
            annotations.forEach(written::put);
        }
        var next = container.deepCopy().put("name", "user-container").put("image", image);
        environment.forEach((key, value) -> setVariable(next, key, value));
        template.putObject("spec").putArray("containers").add(next);
        return Kind.resource(service);
    }

    private static void setVariable(ObjectNode container, String name, String value) {
        var variables = container.withArray("env");
        for (int i = variables.size() - 1; i >= 0; i--) {
            if (variables.get(i).path("name").asText().equals(name)) {
                variables.remove(i);
            }
        }
        variables.addObject().put("name", name).put("value", value);
    }
}
