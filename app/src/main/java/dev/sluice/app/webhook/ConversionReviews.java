package dev.sluice.app.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.KindConversion;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code apiextensions.k8s.io/v1} ConversionReviews: all objects of a request are converted, or none. */
final class ConversionReviews {
    private static final Logger LOG = LoggerFactory.getLogger(ConversionReviews.class);

    private final Map<String, KindConversion> byKind = new HashMap<>();

    ConversionReviews(Collection<KindConversion> conversions) {
        for (var conversion : conversions) {
            byKind.put(conversion.group() + "/" + conversion.kind(), conversion);
        }
    }

    ObjectNode convert(JsonNode review) {
        var request = review.path("request");
        var response = JsonNodeFactory.instance.objectNode();
        response.put("uid", request.path("uid").asText(""));
        try {
            var wanted = request.path("desiredAPIVersion").asText("");
            var version = wanted.substring(wanted.indexOf('/') + 1);
            var converted = response.putArray("convertedObjects");
            for (var object : request.path("objects")) {
                converted.add(convert((ObjectNode) object, wanted, version));
            }
            response.putObject("result").put("status", "Success");
        } catch (RuntimeException e) { // the API server is told why; the object stays readable in its stored version
            LOG.atError().setCause(e).log("conversion failed");
            response.remove("convertedObjects");
            response.putObject("result").put("status", "Failure").put("message", String.valueOf(e.getMessage()));
        }
        var answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "ConversionReview");
        answer.set("response", response);
        return answer;
    }

    private JsonNode convert(ObjectNode object, String wanted, String version) {
        if (object.path("apiVersion").asText("").equals(wanted)) {
            return object;
        }
        var apiVersion = object.path("apiVersion").asText("");
        var key = apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/'))) + "/"
                + object.path("kind").asText("");
        var conversion = byKind.get(key);
        if (conversion == null) {
            throw new IllegalArgumentException("no conversion of " + key + " to " + wanted);
        }
        return conversion.convert(object, version);
    }
}
