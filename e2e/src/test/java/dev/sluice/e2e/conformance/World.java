package dev.sluice.e2e.conformance;

import dev.sluice.e2e.Platform;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What one test sees of the platform: a namespace of its own, images, and a caller outside of the cluster. */
record World(Platform platform, String namespace, Caller http) implements AutoCloseable {
    static World begin(Platform platform, String test) {
        var short_ = test.toLowerCase(Locale.ROOT);
        var world = new World(
                platform,
                "c-" + short_.substring(0, Math.min(30, short_.length())) + "-"
                        + UUID.randomUUID().toString().substring(0, 5),
                new Caller());
        world.createNamespace();
        return world;
    }

    /** The same platform with another namespace. */
    World elsewhere() {
        return begin(platform, "elsewhere");
    }

    private void createNamespace() {
        client().namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels("sluice.dev/e2e", "true")
                        .endMetadata()
                        .build())
                .create();
    }

    KubernetesClient client() {
        return platform.client();
    }

    /**
     * {@code $V1} and {@code $V2} are two images of the same program with messages of their own, {@code $HTTP2} one of a server of HTTP/2,
     * {@code $NONE} one that nobody pushed.
     */
    String filled(String yaml) {
        if (yaml.contains("$HTTP2")) {
            return filled(yaml.replace("$HTTP2", ProbeImages.HTTP2.reference(platform)));
        }
        return yaml.replace("$V1", ProbeImages.V1.reference(platform))
                .replace("$V2", ProbeImages.V2.reference(platform))
                .replace("$NONE", platform.registry() + "/conformance/no-such-image:1")
                .replace("$NS", namespace);
    }

    /** Creates what the YAML says; apiVersion, kind, namespace are added. */
    Thing create(Kind kind, String yaml) {
        var object = Serialization.unmarshal(filled(yaml), GenericKubernetesResource.class);
        object.setApiVersion(kind.apiVersion());
        object.setKind(kind.kind());
        var made = client().genericKubernetesResources(kind.context())
                .inNamespace(namespace)
                .resource(object)
                .create();
        return new Thing(this, kind, made.getMetadata().getName());
    }

    Thing service(String yaml) {
        return create(Kind.SERVICE, yaml);
    }

    /** A Service with one container; {@code rest} is YAML of that container. */
    Thing service(String name, String image, String... rest) {
        var text = new StringBuilder("""
                metadata: {name: %s}
                spec:
                  template:
                    spec:
                      containers:
                      - image: %s
                """.formatted(name, image));
        for (var line : rest) {
            line.lines().forEach(each -> text.append("        ").append(each).append('\n'));
        }
        return service(text.toString());
    }

    Thing thing(Kind kind, String name) {
        return new Thing(this, kind, name);
    }

    List<GenericKubernetesResource> list(Kind kind, String... labelAndValue) {
        var all = client().genericKubernetesResources(kind.context()).inNamespace(namespace);
        return (labelAndValue.length == 0
                        ? all.list()
                        : all.withLabel(labelAndValue[0], labelAndValue[1]).list())
                .getItems();
    }

    /** Sets a key of a ConfigMap in {@code knative-serving}, for every test of the run. */
    void setting(String configMap, String key, String value) {
        client().configMaps()
                .inNamespace("knative-serving")
                .withName(configMap)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\": {\"%s\": \"%s\"}}".formatted(key, value));
    }

    /** Waits until a Service has no pod left. */
    void sleeps(Thing service) {
        var pods = client().pods().inNamespace(namespace).withLabel("serving.knative.dev/service", service.name());
        try {
            pods.informOnCondition(List::isEmpty).get(Thing.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(service + " does not go to sleep\n" + story(), e);
        }
    }

    static String nameOf(GenericKubernetesResource object) {
        return object.getMetadata().getName();
    }

    /** What the API server says to a manifest that it must refuse. */
    String refusal(Runnable attempt) {
        try {
            attempt.run();
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("accepted what should be refused");
    }

    /** How everything in the namespace looks, for a test that gives up. */
    String story() {
        var text = new StringBuilder();
        for (var kind : List.of(Kind.SERVICE, Kind.CONFIGURATION, Kind.REVISION, Kind.ROUTE, Kind.POD)) {
            for (var object : list(kind)) {
                var json = Thing.tree(object);
                text.append(kind)
                        .append(' ')
                        .append(json.at("/metadata/name").asText())
                        .append(' ')
                        .append(json.at("/status"))
                        .append('\n');
            }
        }
        for (var event : client().v1().events().inNamespace(namespace).list().getItems()) {
            text.append(event.getInvolvedObject().getKind())
                    .append(' ')
                    .append(event.getInvolvedObject().getName())
                    .append(": ")
                    .append(event.getReason())
                    .append(' ')
                    .append(event.getMessage())
                    .append('\n');
        }
        return text.toString();
    }

    @Override
    public void close() {
        http.close();
        client().namespaces().withName(namespace).delete();
    }
}
