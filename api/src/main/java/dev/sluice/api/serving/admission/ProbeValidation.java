package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.List;

/** Rules of probes (spec/serving.md section 1.13). */
final class ProbeValidation {
    private static final List<String> HANDLERS = List.of("httpGet", "tcpSocket", "exec", "grpc");

    /** @param portName what the container's port is called, {@code http} when it has no name */
    static FieldErrors probe(ObjectNode probe, String portName, Features features) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(FieldMask.PROBE.check(probe, features));
        var set = HANDLERS.stream().filter(handler -> Json.has(probe, handler)).toList();
        for (var handler : List.of("httpGet", "tcpSocket")) {
            var port = Json.object(probe, handler).path("port");
            if (port.isTextual()
                    && !port.textValue().isEmpty()
                    && !port.textValue().equals(portName)) {
                errors.add(FieldErrors.detailed(
                        "invalid value: " + port.textValue(),
                        "Probe port must match container port",
                        handler + ".port"));
            }
        }
        if (set.isEmpty()) {
            errors.add(FieldErrors.missingOneOf(HANDLERS.toArray(String[]::new)));
        } else if (set.size() > 1) {
            errors.add(FieldErrors.multipleOneOf(set.toArray(String[]::new)));
        }
        return FieldErrors.all(errors);
    }

    static FieldErrors readiness(ObjectNode probe, String portName, Features features) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(probe(probe, portName, features));
        errors.add(atLeast(probe, "periodSeconds", 0));
        errors.add(atLeast(probe, "initialDelaySeconds", 0));
        errors.add(atLeast(probe, "successThreshold", 1));
        if (Json.number(probe, "periodSeconds") == 0) { // Knative's own probe, as often as it can
            errors.add(withoutPeriod(probe, "failureThreshold"));
            errors.add(withoutPeriod(probe, "timeoutSeconds"));
        } else {
            errors.add(atLeast(probe, "timeoutSeconds", 1));
            errors.add(atLeast(probe, "failureThreshold", 1));
        }
        return FieldErrors.all(errors);
    }

    /** A container beside the serving one has no port that a probe could mean. */
    static FieldErrors sidecar(ObjectNode probe, Features features) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(probe(probe, "", features));
        for (var handler : List.of("httpGet", "tcpSocket")) {
            if (Json.has(probe, handler) && !Json.has(Json.object(probe, handler), "port")) {
                errors.add(FieldErrors.of("Probe port must be specified", handler + ".port"));
            }
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors withoutPeriod(ObjectNode probe, String field) {
        return Json.number(probe, field) == 0
                ? FieldErrors.none()
                : FieldErrors.of(field + " is disallowed when periodSeconds is zero", field);
    }

    private static FieldErrors atLeast(ObjectNode probe, String field, long low) {
        long value = Json.number(probe, field);
        return value >= low ? FieldErrors.none() : FieldErrors.outOfBounds(value, low, Integer.MAX_VALUE, field);
    }

    private ProbeValidation() {}
}
