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
                    "A PodAutoscaler scales one Revision. It is made by the system, not by people."));

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
            if (root.getDescription() == null) {
                root.setDescription(KINDS.get(name));
            }
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
            case "configurations.serving.knative.dev" -> {
                template(at(root, "spec", "template"));
                if (first) {
                    configuration(at(root, "spec"));
                }
            }
            case "revisions.serving.knative.dev" -> pod(at(root, "spec"));
            default -> {}
        }
    }

    private static void configuration(@Nullable JSONSchemaProps configuration) {
        template(at(configuration, "revisionTemplate"));
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
            PodFields.addTo(spec);
            if (spec.getProperties().containsKey("container")) {
                var container = PodFields.container();
                container.setDescription("The one container.");
                spec.getProperties().put("container", container);
            }
        }
    }

    private static JSONSchemaProps metadata() {
        var text = new JSONSchemaPropsBuilder().withType("string").build();
        var texts = new JSONSchemaPropsBuilder()
                .withType("object")
                .withNewAdditionalProperties()
                .withSchema(text)
                .endAdditionalProperties()
                .build();
        return new JSONSchemaPropsBuilder()
                .withType("object")
                .withDescription("Labels, annotations and an optional name for the Revision.")
                .addToProperties("annotations", texts)
                .addToProperties("labels", texts)
                .addToProperties("name", text)
                .withXKubernetesPreserveUnknownFields(true)
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
        var item = conditions.getItems().getSchema();
        item.setRequired(List.of("status", "type"));
        describe(item, "type", "What the condition is about.");
        describe(item, "status", "True, False or Unknown.");
        describe(item, "severity", "Empty for an error, Info where the condition does not bear on Ready.");
        describe(item, "lastTransitionTime", "When the condition last changed.");
        describe(item, "reason", "One word on why it changed last, for machines.");
        describe(item, "message", "Why it changed last, for people.");
        var generation = at(root, "status", "observedGeneration");
        if (generation != null) {
            generation.setDescription("The generation of the spec that this status speaks of.");
        }
    }

    private static void describe(JSONSchemaProps object, String field, String text) {
        Objects.requireNonNull(object.getProperties().get(field), field).setDescription(text);
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
