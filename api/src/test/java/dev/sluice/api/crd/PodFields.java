package dev.sluice.api.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Cuts Kubernetes' pod schema down to the fields of {@code pod-fields.yaml}: those Knative allows, with a description each, and
 * those behind a feature flag, whose content stays unchecked until the flag lets them through admission.
 */
final class PodFields {
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
    private static final JsonNode ALLOWED = read();
    private static final JSONSchemaProps POD = pod();
    private static final String SELF = "self";
    private static final String FLAG = "flag";

    /** Adds a pod's fields to those of a RevisionSpec. */
    static void addTo(JSONSchemaProps spec) {
        var pod = SERIALIZATION.clone(POD);
        cut(pod, ALLOWED);
        spec.getProperties().remove("podSpec");
        spec.getProperties().putAll(pod.getProperties());
        spec.setProperties(new TreeMap<>(spec.getProperties()));
    }

    /** A container's fields, for the one container that a Revision of 2018 has. */
    static JSONSchemaProps container() {
        var pod = SERIALIZATION.clone(POD);
        cut(pod, ALLOWED);
        return field(pod, "containers").getItems().getSchema();
    }

    private static void cut(JSONSchemaProps schema, JsonNode allowed) {
        var kept = new TreeMap<String, JSONSchemaProps>();
        allowed.properties().forEach(field -> {
            if (!field.getKey().equals(SELF)) {
                kept.put(field.getKey(), shaped(schema.getProperties(), field));
            }
        });
        schema.setProperties(kept);
    }

    private static JSONSchemaProps shaped(Map<String, JSONSchemaProps> fields, Map.Entry<String, JsonNode> entry) {
        var schema = fields.get(entry.getKey());
        if (schema == null) {
            throw new IllegalStateException("Kubernetes has no such field here: " + entry.getKey());
        }
        var allowed = entry.getValue();
        if (allowed.isTextual()) {
            schema.setDescription(allowed.textValue());
        } else if (allowed.has(FLAG)) {
            gate(schema, allowed.path(FLAG).textValue());
        } else {
            schema.setDescription(allowed.path(SELF).textValue());
            cut(schema.getItems() == null ? schema : schema.getItems().getSchema(), allowed);
        }
        return schema;
    }

    private static void gate(JSONSchemaProps schema, String flag) {
        schema.setDescription("This is accessible behind a feature flag - " + flag);
        if (schema.getItems() != null) {
            var item = schema.getItems().getSchema();
            if ("object".equals(item.getType())) {
                CrdShapes.open(item);
            }
        } else if ("object".equals(schema.getType())) {
            CrdShapes.open(schema);
        }
    }

    private static JsonNode read() {
        try (var file = PodFields.class.getResourceAsStream("pod-fields.yaml")) {
            return new ObjectMapper().valueToTree(SERIALIZATION.unmarshal(file, Map.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JSONSchemaProps pod() {
        var found = new AtomicReference<JSONSchemaProps>();
        new CRDGenerator()
                .customResourceClasses(List.of(PodHolder.class))
                .forCRDVersions("v1")
                .withPostProcessor(new CRDPostProcessor() {
                    @Override
                    public HasMetadata process(HasMetadata crd, String crdSpecVersion) {
                        var root = ((CustomResourceDefinition) crd)
                                .getSpec()
                                .getVersions()
                                .getFirst()
                                .getSchema()
                                .getOpenAPIV3Schema();
                        found.set(field(root, "spec"));
                        return crd;
                    }
                })
                .withOutput(new CrdFiles.Memory())
                .detailedGenerate();
        return found.get();
    }

    private static JSONSchemaProps field(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), name);
    }

    @Group("schemas.sluice.dev")
    @Version("v1")
    static final class PodHolder extends CustomResource<PodSpec, Void> {
        private static final long serialVersionUID = 1L;
    }

    private PodFields() {}
}
