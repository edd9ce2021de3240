package dev.sluice.api.eventing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.api.Kinds;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.AdmissionConfig;
import dev.sluice.model.filter.Filter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Puts objects through admission as the API server would: defaults, then validation. */
public final class Admitted {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final KindAdmission admission;

    private Admitted(KindAdmission admission) {
        this.admission = admission;
    }

    public static Admitted kind(String group, String kind) {
        return kind(group, kind, EventingSettings.upstream());
    }

    /** Of one version of the kind. */
    public static Admitted version(String group, String version, String kind) {
        return new Admitted(Kinds.admissions().stream()
                .filter(a -> a.resource().group().equals(group)
                        && a.resource().version().equals(version)
                        && a.resource().kind().equals(kind))
                .findFirst()
                .orElseThrow());
    }

    public static Admitted kind(String group, String kind, EventingSettings settings) {
        return new Admitted(Kinds.admissions(AdmissionConfig::upstream, () -> settings, Admitted::expression).stream()
                .filter(a -> a.resource().group().equals(group)
                        && a.resource().kind().equals(kind))
                .findFirst()
                .orElseThrow());
    }

    /** What a parser does with texts that are no expressions. */
    private static Filter.Expression expression(String text) {
        if (text.contains("=")) {
            return new Filter.Expression(text, _ -> true);
        }
        throw new IllegalArgumentException("no viable alternative");
    }

    public static ObjectNode object(String yaml) {
        try {
            var object = (ObjectNode) YAML.readTree(yaml);
            object.withObject("/metadata").put("namespace", "ns").put("name", "one");
            return object;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public ObjectNode filled(String yaml) {
        var object = object(yaml);
        admission.defaults(object, null, context(AdmissionContext.Operation.CREATE));
        return object;
    }

    public String created(String yaml) {
        return admission
                .validate(filled(yaml), null, context(AdmissionContext.Operation.CREATE))
                .text();
    }

    public String updated(String before, String after) {
        return updated(filled(before), filled(after));
    }

    private String updated(@Nullable ObjectNode before, ObjectNode after) {
        return admission
                .validate(after, before, context(AdmissionContext.Operation.UPDATE))
                .text();
    }

    private static AdmissionContext context(AdmissionContext.Operation operation) {
        return new AdmissionContext("user", operation, false, "", Instant.EPOCH);
    }
}
