package dev.sluice.api.duck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.admission.Json;
import java.net.URI;
import java.net.URISyntaxException;

/** What a Destination and a KReference must be (knative/pkg apis/duck/v1). Paths are below the field that holds it. */
public final class DestinationRules {
    /** An absent destination is fine; whether it may be is said elsewhere. */
    public static FieldErrors validate(JsonNode parent, String field, String namespace) {
        if (!Json.has(parent, field)) {
            return FieldErrors.none();
        }
        return validate(Json.object(parent, field), namespace).viaField(field);
    }

    /** Of a destination that must be there. */
    public static FieldErrors required(JsonNode parent, String field, String namespace) {
        return validate(Json.object(parent, field), namespace).viaField(field);
    }

    /** Of a destination itself. */
    public static FieldErrors validate(ObjectNode destination, String namespace) {
        boolean ref = Json.has(destination, "ref");
        var uri = Json.text(destination, "uri");
        if (!ref && uri.isEmpty()) {
            return FieldErrors.of("expected at least one, got none", "ref", "uri");
        }
        boolean absolute = absolute(uri);
        if (ref && absolute) {
            return FieldErrors.of(
                    "Absolute URI is not allowed when Ref or [apiVersion, kind, name] is present",
                    "[apiVersion, kind, name]",
                    "ref",
                    "uri");
        }
        if (!ref && !absolute) {
            return FieldErrors.invalid(
                    "Relative URI is not allowed when Ref and [apiVersion, kind, name] is absent", "uri");
        }
        return ref ? reference(Json.object(destination, "ref"), namespace).viaField("ref") : FieldErrors.none();
    }

    private static boolean absolute(String uri) {
        try {
            var parsed = new URI(uri);
            return parsed.isAbsolute() && parsed.getHost() != null;
        } catch (URISyntaxException _) {
            return false;
        }
    }

    /** @param namespace of the object that refers, which the reference must stay in; empty where any will do */
    public static FieldErrors reference(ObjectNode reference, String namespace) {
        var errors = FieldErrors.none();
        for (var field : new String[] {"name", "apiVersion", "kind"}) {
            if (Json.text(reference, field).isEmpty()) {
                errors = errors.also(FieldErrors.missing(field));
            }
        }
        var target = Json.text(reference, "namespace");
        if (!target.isEmpty() && !namespace.isEmpty() && !target.equals(namespace)) {
            errors = errors.also(FieldErrors.detailed(
                    "mismatched namespaces",
                    "parent namespace: \"" + namespace + "\" does not match ref: \"" + target + "\"",
                    "namespace"));
        }
        return errors;
    }

    /** A reference without a namespace is to the namespace of the one who refers. */
    public static void fill(ObjectNode parent, String field, String namespace) {
        if (Json.has(parent, field) && Json.has(Json.object(parent, field), "ref")) {
            var reference = Json.child(Json.child(parent, field), "ref");
            if (Json.text(reference, "namespace").isEmpty() && !namespace.isEmpty()) {
                reference.put("namespace", namespace);
            }
        }
    }

    private DestinationRules() {}
}
