package dev.sluice.e2e.eventing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.e2e.Platform;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/** A namespace of one test, with its listeners, on the platform that all tests share. */
final class EventWorld implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Platform platform;
    private final String namespace;
    private final Flavour flavour = Flavour.chosen();
    private final List<Listener> listeners = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();

    EventWorld(Platform platform) {
        this.platform = platform;
        this.namespace = "eventing-" + UUID.randomUUID().toString().substring(0, 8);
        platform.client()
                .namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels("sluice.dev/e2e", "true")
                        .endMetadata()
                        .build())
                .create();
    }

    String namespace() {
        return namespace;
    }

    Flavour flavour() {
        return flavour;
    }

    Listener listener() {
        var made = new Listener();
        listeners.add(made);
        return made;
    }

    /** Creates an object from a YAML text that has neither its kind nor its name. */
    GenericKubernetesResource create(String apiVersion, String kind, String name, String yaml) {
        var object =
                Serialization.unmarshal(yaml.indent(0).isBlank() ? "spec: {}" : yaml, GenericKubernetesResource.class);
        object.setApiVersion(apiVersion);
        object.setKind(kind);
        var meta =
                object.getMetadata() == null ? new io.fabric8.kubernetes.api.model.ObjectMeta() : object.getMetadata();
        meta.setName(name);
        meta.setNamespace(namespace);
        object.setMetadata(meta);
        return platform.client().resource(object).create();
    }

    void broker(String name, String delivery) {
        create("eventing.knative.dev/v1", "Broker", name, """
            metadata: {annotations: {eventing.knative.dev/broker.class: %s}}
            spec: {%s}
            """.formatted(flavour.brokerClass(), delivery));
    }

    void trigger(String name, String subscriber, String more) {
        create("eventing.knative.dev/v1", "Trigger", name, """
            spec: {broker: default, subscriber: {uri: "%s"}%s}
            """.formatted(
                        subscriber, more.isEmpty() ? "" : ", " + more));
    }

    void channel(String name, String more) {
        create(flavour.channelApiVersion(), flavour.channelKind(), name, "spec: {" + more + "}");
    }

    void subscription(String name, String channel, String subscriber, String more) {
        create("messaging.knative.dev/v1", "Subscription", name, """
            spec:
              channel: {apiVersion: %s, kind: %s, name: %s}
              subscriber: {uri: "%s"}
              %s
            """.formatted(
                        flavour.channelApiVersion(), flavour.channelKind(), channel, subscriber, more));
    }

    /** Waits until the object is Ready for its present generation. */
    JsonNode ready(String apiVersion, String kind, String name) {
        return until(apiVersion, kind, name, "Ready", o -> is(o, "Ready", "True"));
    }

    JsonNode brokerReady(String name) {
        return ready("eventing.knative.dev/v1", "Broker", name);
    }

    JsonNode triggerReady(String name) {
        return ready("eventing.knative.dev/v1", "Trigger", name);
    }

    JsonNode channelReady(String name) {
        return ready(flavour.channelApiVersion(), flavour.channelKind(), name);
    }

    JsonNode subscriptionReady(String name) {
        return ready("messaging.knative.dev/v1", "Subscription", name);
    }

    JsonNode until(String apiVersion, String kind, String name, String what, Predicate<JsonNode> wanted) {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> wanted.test(get(apiVersion, kind, name)));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    kind + " " + name + " is not " + what + ":\n"
                            + get(apiVersion, kind, name).toPrettyString(),
                    e);
        }
        return get(apiVersion, kind, name);
    }

    JsonNode get(String apiVersion, String kind, String name) {
        var found = platform.client()
                .genericKubernetesResources(apiVersion, kind)
                .inNamespace(namespace)
                .withName(name)
                .get();
        return found == null ? JSON.createObjectNode() : JSON.valueToTree(found);
    }

    static boolean is(JsonNode object, String type, String status) {
        if (object.at("/status/observedGeneration").asLong(-1)
                != object.at("/metadata/generation").asLong(0)) {
            return false;
        }
        return condition(object, type).path("status").asText("").equals(status);
    }

    static JsonNode condition(JsonNode object, String type) {
        for (var condition : object.at("/status/conditions")) {
            if (condition.path("type").asText("").equals(type)) {
                return condition;
            }
        }
        return JSON.createObjectNode();
    }

    /** Applies a JSON merge patch, written as YAML; the message of a refusal, or the empty string. */
    String patch(String apiVersion, String kind, String name, String yaml) {
        try {
            platform.client()
                    .genericKubernetesResources(apiVersion, kind)
                    .inNamespace(namespace)
                    .withName(name)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            Serialization.asJson(Serialization.unmarshal(yaml, JsonNode.class)));
            return "";
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage());
        }
    }

    // sending

    /** Posts to an address in the cluster, from outside: through the gateway. */
    HttpResponse<String> post(String address, Map<String, String> headers, String body) {
        return send("POST", address, headers, body);
    }

    HttpResponse<String> send(String method, String address, Map<String, String> headers, String body) {
        var uri = URI.create(address);
        var host = uri.getHost().replace(".svc.cluster.local", "." + platform.instance("domain"));
        var gateway = URI.create(platform.instance("gateway"));
        var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.getPort() + path))
                .header("Host", host + ":" + gateway.getPort())
                .timeout(Duration.ofSeconds(90))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(address + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String brokerUrl(String name) {
        return "http://broker-ingress.knative-eventing.svc.cluster.local/" + namespace + "/" + name;
    }

    String channelUrl(String name) {
        return "http://" + name + "-kn-channel." + namespace + ".svc.cluster.local";
    }

    /** A valid event; more headers in pairs. */
    static Map<String, String> event(String id, String... more) {
        var headers = new TreeMap<>(Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", "t0",
                "ce-source", "/e2e",
                "Content-Type", "text/plain"));
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    void accepted(String address, Map<String, String> headers, String body) {
        var answer = post(address, headers, body);
        if (answer.statusCode() != 202) {
            throw new AssertionError(address + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(assertion);
    }

    Platform platform() {
        return platform;
    }

    @Override
    public void close() {
        listeners.forEach(Listener::close);
        http.close();
        platform.client().namespaces().withName(namespace).delete();
    }
}
