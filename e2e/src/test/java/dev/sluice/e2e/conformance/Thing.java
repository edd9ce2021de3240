package dev.sluice.e2e.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One object in the cluster, read as JSON: {@code at("/status/url")}. */
record Thing(World world, Kind kind, String name) {
    static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final ObjectMapper JSON = new ObjectMapper();

    Resource<GenericKubernetesResource> resource() {
        return world.client()
                .genericKubernetesResources(kind.context())
                .inNamespace(world.namespace())
                .withName(name);
    }

    JsonNode json() {
        var found = resource().get();
        if (found == null) {
            throw new AssertionError(this + " is not there");
        }
        return tree(found);
    }

    static JsonNode tree(Object object) {
        return JSON.valueToTree(object);
    }

    /** The text at a JSON pointer; empty where there is none. */
    String at(String pointer) {
        return json().at(pointer).asText("");
    }

    boolean exists() {
        return resource().get() != null;
    }

    /** Applies a JSON merge patch, written as YAML. */
    Thing merge(String yaml) {
        resource().patch(MERGE, Serialization.asJson(Serialization.unmarshal(world.filled(yaml), JsonNode.class)));
        return this;
    }

    /** Waits, by a watch, until {@code wanted} holds; says how the namespace looks when it never does. */
    JsonNode until(String what, Predicate<JsonNode> wanted) {
        return until(what, PATIENCE, wanted);
    }

    JsonNode until(String what, Duration limit, Predicate<JsonNode> wanted) {
        try {
            var found = resource()
                    .waitUntilCondition(
                            object -> object != null && wanted.test(tree(object)),
                            limit.toMillis(),
                            TimeUnit.MILLISECONDS);
            return tree(found);
        } catch (KubernetesClientTimeoutException e) {
            throw new AssertionError(this + ": not " + what + " within " + limit + "\n" + world.story(), e);
        }
    }

    /** Ready for the generation that was read last. */
    Thing ready() {
        until("Ready", object -> is(object, "Ready", "True"));
        return this;
    }

    Thing failed() {
        until("Ready=False", object -> is(object, "Ready", "False"));
        return this;
    }

    /** Whether a condition has a status that was written for the object's present generation. */
    static boolean is(JsonNode object, String type, String status) {
        return object.at("/status/observedGeneration").asLong(-1)
                        == object.at("/metadata/generation").asLong(0)
                && condition(object, type).path("status").asText("").equals(status);
    }

    static JsonNode condition(JsonNode object, String type) {
        for (var condition : object.at("/status/conditions")) {
            if (condition.path("type").asText("").equals(type)) {
                return condition;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    void delete() {
        resource().delete();
    }

    void gone() {
        try {
            resource().waitUntilCondition(object -> object == null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (KubernetesClientTimeoutException e) {
            throw new AssertionError(this + " is still there\n" + world.story(), e);
        }
    }

    // of a Service or a Route

    String url() {
        return at("/status/url");
    }

    /** The URL of a traffic tag. */
    String url(String tag) {
        for (var target : json().at("/status/traffic")) {
            if (target.path("tag").asText("").equals(tag)) {
                return target.path("url").asText("");
            }
        }
        throw new AssertionError("no tag " + tag + " in " + json().at("/status/traffic"));
    }

    Answer get(String pathAndQuery) {
        return world.http().get(url() + pathAndQuery);
    }

    /** The body of a 200. */
    String body(String pathAndQuery) {
        return get(pathAndQuery).ok();
    }

    Thing configuration() {
        return new Thing(world, Kind.CONFIGURATION, name);
    }

    Thing route() {
        return new Thing(world, Kind.ROUTE, name);
    }

    /** The Revision that was created last. */
    Thing latestRevision() {
        return new Thing(world, Kind.REVISION, at("/status/latestCreatedRevisionName"));
    }

    @Override
    public String toString() {
        return kind + " " + world.namespace() + "/" + name;
    }
}
