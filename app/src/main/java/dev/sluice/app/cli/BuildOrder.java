package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.Map;

/** A Build to be made, and to be waited for. */
record BuildOrder(String namespace, ObjectNode manifest) {
    private static final String SERVICE_LABEL = "sluice.dev/service";
    private static final Duration LIMIT = Duration.ofHours(24);

    /**
     * What came of it.
     *
     * @param image with its digest
     */
    record Outcome(String name, GenericKubernetesResource created, JsonNode build, String image) {
        String commit() {
            return build.at("/status/commits/0/sha").asText("");
        }
    }

    /** @param arguments of the template, those that are empty are left out */
    static BuildOrder of(
            String namespace, String name, BuildSource source, String template, Map<String, String> arguments) {
        var build = empty(namespace, name);
        build.withObject("/metadata/labels").put(SERVICE_LABEL, name);
        var spec = build.putObject("spec");
        spec.putObject("source").putObject("git").put("url", source.url()).put("revision", source.revision());
        var used = spec.putObject("template").put("name", template);
        var given = used.putArray("arguments");
        arguments.forEach((key, value) -> {
            if (!value.isEmpty()) {
                given.addObject().put("name", key).put("value", value);
            }
        });
        return new BuildOrder(namespace, build);
    }

    /** The same build once more, from the step at which it failed. */
    static BuildOrder resuming(JsonNode failed) {
        var namespace = Facts.text(failed, "/metadata/namespace");
        var name = Facts.name(failed);
        var label = failed.at("/metadata/labels").path(SERVICE_LABEL).asText("");
        var build = empty(namespace, label.isEmpty() ? name.replaceFirst("-again-[a-z0-9]{5}$", "") + "-again" : label);
        if (!label.isEmpty()) {
            build.withObject("/metadata/labels").put(SERVICE_LABEL, label);
        }
        if (failed.path("spec").deepCopy() instanceof ObjectNode spec) {
            spec.remove("Status");
            spec.withObject("/resume").put("from", name);
            build.set("spec", spec);
        }
        return new BuildOrder(namespace, build);
    }

    private static ObjectNode empty(String namespace, String prefix) {
        var build = JsonNodeFactory.instance.objectNode();
        build.put("apiVersion", "build.knative.dev/v1alpha1").put("kind", "Build");
        build.putObject("metadata").put("generateName", prefix + "-").put("namespace", namespace);
        return build;
    }

    /** Keeps what the template downloads on a volume that builds of the namespace share. */
    BuildOrder withCache(String volume, String name) {
        var spec = (ObjectNode) manifest.path("spec");
        spec.withArray("cache").addObject().put("name", name);
        ((ObjectNode) spec.path("template"))
                .withArray("arguments")
                .addObject()
                .put("name", volume)
                .put("value", name);
        return this;
    }

    GenericKubernetesResource create(Session session) {
        return session.platform().kubernetes().resource(Kind.resource(manifest)).create();
    }

    /** Returns when the build has succeeded. */
    Outcome run(Session session, boolean watch) throws InterruptedException {
        var created = create(session);
        var name = created.getMetadata().getName();
        session.say("Build     " + name);
        var build = new BuildProgress(session, namespace, name, watch).await(LIMIT);
        var digest = Facts.text(build, "/status/image/digest");
        var image = digest.isEmpty()
                ? ""
                : Facts.text(build, "/status/image/name").replaceFirst(":[^/:]*$", "") + "@" + digest;
        return new Outcome(name, created, build, image);
    }
}
