package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.serving.ServingAnnotations;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** DomainMappings (spec/serving.md section 1.7): their name is a domain outside of the cluster, their target is near. */
record DomainMappingAdmission(String version, String clusterDomain) implements KindAdmission {
    @Override
    public Resource resource() {
        return new Resource(
                ServingAnnotations.GROUP,
                version,
                "domainmappings",
                "DomainMapping",
                true,
                ServingAdmission.MUTATING,
                ServingAdmission.VALIDATING);
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!context.subresource().isEmpty()) {
            return;
        }
        var reference = Json.child(Json.child(object, "spec"), "ref");
        if (Json.text(reference, "namespace").isEmpty()) {
            reference.put("namespace", Json.text(Json.object(object, "metadata"), "namespace"));
        }
        if (!MetadataRules.owned(object)) {
            MetadataRules.stamp(object, old, context);
        }
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!context.subresource().isEmpty()) {
            return FieldErrors.none();
        }
        var metadata = Json.object(object, "metadata");
        var errors = new ArrayList<FieldErrors>();
        errors.add(name(metadata).viaField("metadata"));
        errors.add(MetadataRules.httpProtocol(object, old).viaField("metadata"));
        var reference = Json.object(Json.object(object, "spec"), "ref");
        errors.add(reference(reference, Json.text(metadata, "namespace")).viaField("spec.ref"));
        if (old != null && !MetadataRules.owned(object)) {
            errors.add(MetadataRules.stampKept(object, old));
        }
        return FieldErrors.all(errors);
    }

    private FieldErrors name(ObjectNode metadata) {
        var name = Json.text(metadata, "name");
        if (!Json.text(metadata, "generateName").isEmpty()) {
            return FieldErrors.disallowed("generateName");
        }
        var wrong = Names.dns1123Subdomain(name);
        if (!wrong.isEmpty()) {
            return FieldErrors.of("invalid name \"" + name + "\": " + String.join(", ", wrong), "name");
        }
        return name.endsWith("." + clusterDomain)
                ? FieldErrors.of(
                        "invalid name \"" + name + "\": must not be a subdomain of cluster local domain \""
                                + clusterDomain + "\"",
                        "name")
                : FieldErrors.none();
    }

    private static FieldErrors reference(ObjectNode reference, String namespace) {
        var errors = new ArrayList<FieldErrors>();
        for (var field : new String[] {"name", "kind"}) {
            if (Json.text(reference, field).isEmpty()) {
                errors.add(FieldErrors.missing(field));
            }
        }
        if (Json.text(reference, "apiVersion").isEmpty()
                && Json.text(reference, "group").isEmpty()) {
            errors.add(FieldErrors.missing("apiVersion"));
        }
        var target = Json.text(reference, "namespace");
        if (!target.isEmpty() && !namespace.isEmpty() && !target.equals(namespace)) {
            errors.add(FieldErrors.detailed(
                    "mismatched namespaces",
                    "parent namespace: \"" + namespace + "\" does not match ref: \"" + target + "\"",
                    "namespace"));
        }
        return FieldErrors.all(errors);
    }
}
