package dev.sluice.app.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.AdmissionContext.Operation;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import io.fabric8.zjsonpatch.JsonDiff;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code admission.k8s.io/v1} AdmissionReviews by the rules of the kind and version that was written. */
final class AdmissionReviews {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionReviews.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL_ERROR = 500;

    private final Map<String, KindAdmission> byResource = new HashMap<>();
    private final Clock clock;
    private final Function<JsonNode, Optional<String>> tried;

    /** @param tried why a request that passed the rules is refused all the same, if so */
    AdmissionReviews(Collection<KindAdmission> admissions, Clock clock, Function<JsonNode, Optional<String>> tried) {
        for (var admission : admissions) {
            var resource = admission.resource();
            if (byResource.put(key(resource.group(), resource.version(), resource.plural()), admission) != null) {
                throw new IllegalStateException("two admissions for " + resource);
            }
        }
        this.clock = clock;
        this.tried = tried;
    }

    /** Defaulting; for kinds without a validating webhook also validation. */
    ObjectNode mutate(JsonNode review) {
        return answer(review, "mutation failed: ", AdmissionReviews::mutated);
    }

    ObjectNode validate(JsonNode review) {
        return answer(review, "validation failed: ", this::validated);
    }

    private interface Rule {
        ObjectNode apply(KindAdmission admission, JsonNode request, AdmissionContext context);
    }

    private ObjectNode answer(JsonNode review, String prefix, Rule rule) {
        var request = review.path("request");
        var resource = request.path("resource");
        var key = key(text(resource, "group"), text(resource, "version"), text(resource, "resource"));
        var admission = byResource.get(key);
        ObjectNode response;
        if (admission == null) {
            response = refuse(BAD_REQUEST, prefix + "no rules for " + key);
        } else {
            try {
                response = rule.apply(admission, request, context(request));
            } catch (RuntimeException e) { // a fault in a rule must refuse, with the reason, and not end the server
                LOG.atError()
                        .addKeyValue("kind", admission.resource().kind())
                        .setCause(e)
                        .log("admission failed");
                response = refuse(INTERNAL_ERROR, prefix + "cannot decode incoming new object: " + e);
            }
        }
        response.put("uid", text(request, "uid"));
        var answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        answer.set("response", response);
        return answer;
    }

    private static ObjectNode mutated(KindAdmission admission, JsonNode request, AdmissionContext context) {
        if (!(request.path("object") instanceof ObjectNode before)) {
            return allow();
        }
        var after = before.deepCopy();
        var old = old(request);
        boolean validates = admission.resource().validatingWebhook().isEmpty();
        try {
            admission.defaults(after, old, context);
        } catch (ClassCastException | IllegalArgumentException | NullPointerException e) {
            // A value of the wrong type. The schema is checked after mutation and names the field better than we can.
            LOG.atDebug()
                    .addKeyValue("kind", admission.resource().kind())
                    .setCause(e)
                    .log("defaulting met a value of the wrong type");
            if (validates) {
                throw e;
            }
            return allow();
        }
        if (validates) {
            var errors = admission.validate(after, old, context);
            if (!errors.isEmpty()) {
                return refuse(BAD_REQUEST, "mutation failed: " + errors.text());
            }
        }
        var response = allow();
        var patch = JsonDiff.asJson(before, after);
        if (!patch.isEmpty()) {
            response.put("patchType", "JSONPatch");
            response.put(
                    "patch", Base64.getEncoder().encodeToString(patch.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return response;
    }

    private ObjectNode validated(KindAdmission admission, JsonNode request, AdmissionContext context) {
        if (!(request.path("object") instanceof ObjectNode object)) {
            return allow();
        }
        var old = old(request);
        FieldErrors errors = admission.validate(object, old, context);
        if (!errors.isEmpty()) {
            return refuse(BAD_REQUEST, "validation failed: " + errors.text());
        }
        var refusal = tried.apply(request);
        if (refusal.isPresent()) {
            return refuse(BAD_REQUEST, "validation callback failed: " + refusal.get());
        }
        var response = allow();
        var warnings = admission.warnings(object, old, context).text();
        if (!warnings.isEmpty()) {
            var lines = response.putArray("warnings");
            warnings.lines().forEach(lines::add);
        }
        return response;
    }

    private AdmissionContext context(JsonNode request) {
        return new AdmissionContext(
                text(request.path("userInfo"), "username"),
                Operation.valueOf(text(request, "operation")),
                request.path("dryRun").asBoolean(false),
                text(request, "subResource"),
                clock.instant());
    }

    private static @Nullable ObjectNode old(JsonNode request) {
        return request.path("oldObject") instanceof ObjectNode old ? old : null;
    }

    private static ObjectNode allow() {
        return JsonNodeFactory.instance.objectNode().put("allowed", true);
    }

    private static ObjectNode refuse(int code, String message) {
        var response = JsonNodeFactory.instance.objectNode().put("allowed", false);
        response.putObject("status")
                .put("status", "Failure")
                .put("message", message)
                .put("reason", code == BAD_REQUEST ? "BadRequest" : "InternalError")
                .put("code", code);
        return response;
    }

    private static String key(String group, String version, String plural) {
        return plural + "." + version + "." + group;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }

    static ObjectMapper json() {
        return JSON;
    }
}
