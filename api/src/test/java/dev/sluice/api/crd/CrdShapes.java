package dev.sluice.api.crd;

import dev.sluice.api.Kinds;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the generated CRDs need beyond what annotations can say. */
final class CrdShapes {
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry(
                    "services.serving.knative.dev",
                    "A Service runs code behind a URL: it manages a Configuration and a Route of its own name."),
            Map.entry(
                    "configurations.serving.knative.dev",
                    "A Configuration holds the desired state of the newest Revision; each change stamps out another."),
            Map.entry(
                    "revisions.serving.knative.dev",
                    "A Revision is an immutable snapshot of code and configuration, made by a Configuration."),
            Map.entry(
                    "routes.serving.knative.dev",
                    "A Route gives Revisions a URL and shares its requests between them."),
            Map.entry(
                    "domainmappings.serving.knative.dev",
                    "A DomainMapping leads a domain, which is its name, to something addressable."),
            Map.entry(
                    "clusterdomainclaims.networking.internal.knative.dev",
                    "A ClusterDomainClaim gives a domain, which is its name, to a namespace."),
            Map.entry(
                    "podautoscalers.autoscaling.internal.knative.dev",
                    "A PodAutoscaler scales one Revision. It is made by the system, not by people."),
            Map.entry(
                    "builds.build.knative.dev",
                    "A Build fetches sources and runs steps, its own or a template's, one after the other in a pod."),
            Map.entry(
                    "buildtemplates.build.knative.dev",
                    "A BuildTemplate has steps with parameters, for the Builds of its namespace."),
            Map.entry(
                    "clusterbuildtemplates.build.knative.dev",
                    "A ClusterBuildTemplate has steps with parameters, for the Builds of every namespace."),
            Map.entry("buses.channels.knative.dev", "A Bus carries the events of Channels, for one namespace."),
            Map.entry(
                    "clusterbuses.channels.knative.dev",
                    "A ClusterBus carries the events of Channels, for every namespace."),
            Map.entry(
                    "channels.channels.knative.dev",
                    "A Channel is a named endpoint that takes events for its Subscriptions, carried by a bus."),
            Map.entry(
                    "subscriptions.channels.knative.dev",
                    "A Subscription delivers the events of a Channel to a subscriber, and its answers onwards."),
            Map.entry("brokers.eventing.knative.dev", "A Broker takes events, which Triggers choose from."),
            Map.entry(
                    "triggers.eventing.knative.dev",
                    "A Trigger delivers those events of a Broker that pass its filter to a subscriber; its answers go "
                            + "back to the Broker."),
            Map.entry(
                    "eventtypes.eventing.knative.dev",
                    "An EventType says which events something gives; nothing is delivered by it."),
            Map.entry(
                    "channels.messaging.knative.dev",
                    "A Channel takes events for its Subscriptions, by a channel of the kind that its template names."),
            Map.entry(
                    "inmemorychannels.messaging.knative.dev",
                    "An InMemoryChannel takes events for its Subscriptions. Sluice keeps them on disk."),
            Map.entry(
                    "kafkachannels.messaging.knative.dev",
                    "A KafkaChannel takes events for its Subscriptions and keeps them in a Kafka topic."),
            Map.entry(
                    "subscriptions.messaging.knative.dev",
                    "A Subscription delivers the events of a channel to a subscriber, and its answers onwards."),
            Map.entry("sequences.flows.knative.dev", "A Sequence leads each event through steps, one after the other."),
            Map.entry(
                    "parallels.flows.knative.dev",
                    "A Parallel leads each event into every branch whose filter lets it pass."));

    private static final String ADDRESSABLE = "duck.knative.dev/addressable";
    private static final String SUBSCRIBABLE = "messaging.knative.dev/subscribable";

    /** By which Knative's tools find kinds of a shape. */
    private static final Map<String, List<String>> DUCKS = Map.of(
            "brokers.eventing.knative.dev", List.of(ADDRESSABLE),
            "channels.messaging.knative.dev", List.of(ADDRESSABLE, SUBSCRIBABLE),
            "inmemorychannels.messaging.knative.dev", List.of(ADDRESSABLE, SUBSCRIBABLE),
            "kafkachannels.messaging.knative.dev", List.of(ADDRESSABLE, SUBSCRIBABLE),
            "sequences.flows.knative.dev", List.of(ADDRESSABLE),
            "parallels.flows.knative.dev", List.of(ADDRESSABLE));

    static CustomResourceDefinition shape(CustomResourceDefinition crd) {
        var name = crd.getMetadata().getName();
        var labels = new TreeMap<String, String>();
        if (crd.getMetadata().getLabels() != null) {
            labels.putAll(crd.getMetadata().getLabels());
        }
        labels.put("app.kubernetes.io/name", "sluice");
        labels.put("knative.dev/crd-install", "true");
        DUCKS.getOrDefault(name, List.of()).forEach(duck -> labels.put(duck, "true"));
        crd.getMetadata().setLabels(labels);

        for (var version : crd.getSpec().getVersions()) {
            var root = version.getSchema().getOpenAPIV3Schema();
            describeKind(name, crd.getSpec().getNames().getKind(), root);
            orderColumns(crd, version);
            describeConditions(root);
            shapePods(name, version.getName(), root);
        }
        if (Kinds.conversions().stream()
                .anyMatch(conversion ->
                        conversion.kind().equals(crd.getSpec().getNames().getKind())
                                && conversion.group().equals(crd.getSpec().getGroup()))) {
            crd.getSpec().setConversion(conversion());
        }
        return crd;
    }

    /** Where the webhook answers on a cluster; the installer sets the caBundle, and the URL where Sluice runs outside. */
    private static CustomResourceConversion conversion() {
        return new CustomResourceConversionBuilder()
                .withStrategy("Webhook")
                .withNewWebhook()
                .withConversionReviewVersions("v1")
                .withNewClientConfig()
                .withNewService()
                .withName("webhook")
                .withNamespace("sluice-system")
                .withPath("/convert")
                .endService()
                .endClientConfig()
                .endWebhook()
                .build();
    }

    /** The generator sorts columns; people want them in the order they were written. */
    private static void orderColumns(CustomResourceDefinition crd, CustomResourceDefinitionVersion version) {
        var written = Stream.concat(Kinds.customResources().stream(), Kinds.otherVersions().stream())
                .filter(type -> HasMetadata.getFullResourceName(type)
                                .equals(crd.getMetadata().getName())
                        && HasMetadata.getVersion(type).equals(version.getName()))
                .flatMap(type -> Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class)))
                .map(AdditionalPrinterColumn::name)
                .toList();
        version.getAdditionalPrinterColumns()
                .sort(Comparator.comparingInt(column -> written.indexOf(column.getName())));
        version.getAdditionalPrinterColumns()
                .forEach(column -> column.setPriority(
                        column.getPriority() == null || column.getPriority() == 0 ? null : column.getPriority()));
    }

    private static void shapePods(String name, String version, JSONSchemaProps root) {
        boolean first = version.equals("v1alpha1");
        switch (name) {
            case "services.serving.knative.dev" -> {
                template(at(root, "spec", "template"));
                if (first) {
                    for (var mode : List.of("runLatest", "pinned", "release")) {
                        configuration(at(root, "spec", mode, "configuration"));
                    }
                }
            }
            case "configurations.serving.knative.dev" -> configuration(at(root, "spec"));
            case "revisions.serving.knative.dev" -> pod(at(root, "spec"));
            default -> {}
        }
    }

    private static void configuration(@Nullable JSONSchemaProps configuration) {
        template(at(configuration, "revisionTemplate"));
        template(at(configuration, "template"));
        var build = at(configuration, "build");
        if (build != null) {
            open(build);
        }
    }

    private static void template(@Nullable JSONSchemaProps template) {
        if (template == null) {
            return;
        }
        template.getProperties().put("metadata", metadata());
        pod(at(template, "spec"));
    }

    private static void pod(@Nullable JSONSchemaProps spec) {
        if (spec != null) {
            describe(at(spec, "buildRef", "apiVersion"), "API version of what is waited for.");
            describe(at(spec, "buildRef", "kind"), "Its kind: any that ends with a condition Succeeded.");
            describe(at(spec, "buildRef", "name"), "Its name, in the Revision's namespace.");
            PodFields.addTo(spec);
            if (spec.getProperties().containsKey("container")) {
                var container = PodFields.container();
                container.setDescription("The one container.");
                spec.getProperties().put("container", container);
            }
        }
    }

    private static JSONSchemaProps metadata() {
        return new JSONSchemaPropsBuilder()
                .withType("object")
                .withDescription("Labels, annotations and an optional name for the Revision.")
                .addToProperties("annotations", texts("Annotations of the Revision, scaling bounds among them."))
                .addToProperties("labels", texts("Labels of the Revision and its pods."))
                .addToProperties(
                        "name",
                        new JSONSchemaPropsBuilder()
                                .withType("string")
                                .withDescription("The next Revision's name; begins with that of the Configuration.")
                                .build())
                .withXKubernetesPreserveUnknownFields(true)
                .build();
    }

    private static JSONSchemaProps texts(String description) {
        return new JSONSchemaPropsBuilder()
                .withType("object")
                .withDescription(description)
                .withNewAdditionalProperties()
                .withNewSchema()
                .withType("string")
                .endSchema()
                .endAdditionalProperties()
                .build();
    }

    /** Everything goes. */
    static void open(JSONSchemaProps schema) {
        schema.setType("object");
        schema.setProperties(null);
        schema.setAdditionalProperties(null);
        schema.setXKubernetesPreserveUnknownFields(true);
    }

    private static void describeConditions(JSONSchemaProps root) {
        var conditions = at(root, "status", "conditions");
        if (conditions == null || conditions.getItems() == null) {
            return;
        }
        conditions.setDescription("The latest observations of this resource's state.");
        conditions.getItems().getSchema().setRequired(List.of("status", "type"));
        var generation = at(root, "status", "observedGeneration");
        if (generation != null) {
            generation.setDescription("The generation of the spec that this status speaks of.");
        }
    }

    private static void describeKind(String name, String kind, JSONSchemaProps root) {
        root.setDescription(Objects.requireNonNull(KINDS.get(name), name));
        describe(at(root, "spec"), "The desired state of the " + kind + ".");
        describe(at(root, "status"), "The observed state of the " + kind + ", kept by the system.");
    }

    private static void describe(@Nullable JSONSchemaProps schema, String text) {
        if (schema != null) {
            schema.setDescription(text);
        }
    }

    private static @Nullable JSONSchemaProps at(@Nullable JSONSchemaProps root, String... path) {
        var schema = root;
        for (var field : path) {
            if (schema == null || schema.getProperties() == null) {
                return null;
            }
            schema = schema.getProperties().get(field);
        }
        return schema;
    }

    private CrdShapes() {}
}
