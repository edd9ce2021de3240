package dev.sluice.api.serving.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Refuses a ConfigMap of {@code knative-serving} that could not be used, in upstream's words. */
public final class ConfigMapAdmission implements KindAdmission {
    /** A ConfigMap without it is nobody's business. */
    public static final Map<String, String> LABELS = Map.of("app.kubernetes.io/name", "knative-serving");

    private static final String WEBHOOK = "config.webhook.serving.knative.dev";

    @Override
    public Resource resource() {
        return new Resource("", "v1", "configmaps", "ConfigMap", true, "", WEBHOOK);
    }

    @Override
    public Map<String, String> objectLabels() {
        return LABELS;
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {}

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var metadata = object.path("metadata");
        if (!ServingConfigMaps.NAMESPACE.equals(metadata.path("namespace").asText())) {
            return FieldErrors.none();
        }
        return ServingConfigMaps.refusal(
                        metadata.path("name").asText(), texts(object.path("data")), texts(metadata.path("annotations")))
                .map(FieldErrors::of)
                .orElse(FieldErrors.none());
    }

    @Override
    public FieldErrors warnings(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var metadata = object.path("metadata");
        if (!ServingConfigMaps.NAMESPACE.equals(metadata.path("namespace").asText())) {
            return FieldErrors.none();
        }
        return FieldErrors.all(
                ServingConfigMaps.withoutEffect(metadata.path("name").asText(), texts(object.path("data"))).stream()
                        .map(FieldErrors::of)
                        .toList());
    }

    private static Map<String, String> texts(JsonNode object) {
        var texts = new TreeMap<String, String>();
        object.properties()
                .forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
        return texts;
    }
}
