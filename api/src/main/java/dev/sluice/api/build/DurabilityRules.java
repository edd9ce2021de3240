package dev.sluice.api.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.model.time.GoDuration;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/** Checks what Sluice adds to a Build: retries, resume, concurrency, retention and cache. The first thing that is wrong is told. */
final class DurabilityRules {
    private static final String NAME = "[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?";
    private static final int MOST_KEPT = 10_000;
    private static final int MOST_BESIDE = 1_000;

    static FieldErrors check(ObjectNode spec) {
        return Stream.of(retries(spec), resume(spec), concurrency(spec), retention(spec), cache(spec))
                .filter(errors -> !errors.isEmpty())
                .findFirst()
                .orElse(FieldErrors.none());
    }

    private static FieldErrors retries(ObjectNode spec) {
        var steps = new HashSet<String>();
        var retries = TemplateAdmission.list(spec, "retries");
        for (int i = 0; i < retries.size(); i++) {
            var retry = retries.get(i);
            var step = TemplateAdmission.text(retry, "step");
            var errors = FieldErrors.none();
            if (step.isEmpty()) {
                errors = FieldErrors.missing("step");
            } else if (!steps.add(step)) {
                errors = FieldErrors.multipleOneOf("step");
            } else if (!retry.hasNonNull("limit")) {
                errors = FieldErrors.missing("limit");
            } else {
                errors = first(
                        between(retry, "limit", 1, StepRetry.MOST),
                        positive(retry, "backoff"),
                        positive(retry, "maxBackoff"),
                        exitCodes(retry));
            }
            if (!errors.isEmpty()) {
                return errors.viaFieldIndex("retries", i);
            }
        }
        return FieldErrors.none();
    }

    private static FieldErrors exitCodes(JsonNode retry) {
        var codes = TemplateAdmission.list(retry, "nonRetryableExitCodes");
        for (int i = 0; i < codes.size(); i++) {
            if (codes.get(i).asInt(0) < 1 || codes.get(i).asInt(0) > 255) {
                return FieldErrors.outOfBounds(codes.get(i).asText(), 1, 255, "")
                        .viaFieldIndex("nonRetryableExitCodes", i);
            }
        }
        return FieldErrors.none();
    }

    private static FieldErrors resume(ObjectNode spec) {
        return size(spec.path("resume")).viaField("resume");
    }

    private static FieldErrors concurrency(ObjectNode spec) {
        var concurrency = spec.path("concurrency");
        if (!concurrency.isObject()) {
            return FieldErrors.none();
        }
        var policy = TemplateAdmission.text(concurrency, "policy");
        if (policy.isEmpty()) {
            return FieldErrors.missing("concurrency.policy");
        }
        if (Stream.of(Concurrency.Policy.values()).noneMatch(p -> p.word().equals(policy))) {
            return FieldErrors.detailed(
                    "invalid value: " + policy, "must be one of Allow, Forbid, Replace, Queue", "concurrency.policy");
        }
        return first(group(concurrency), between(concurrency, "limit", 1, MOST_BESIDE))
                .viaField("concurrency");
    }

    private static FieldErrors retention(ObjectNode spec) {
        var retention = spec.path("retention");
        if (!retention.isObject()) {
            return FieldErrors.none();
        }
        if (!retention.hasNonNull("count") && !retention.hasNonNull("age")) {
            return FieldErrors.of("expected at least one, got none", "retention.age", "retention.count");
        }
        return first(group(retention), between(retention, "count", 0, MOST_KEPT), positive(retention, "age"))
                .viaField("retention");
    }

    private static FieldErrors cache(ObjectNode spec) {
        var names = new HashSet<String>();
        TemplateAdmission.list(spec, "volumes").forEach(volume -> names.add(TemplateAdmission.text(volume, "name")));
        names.addAll(List.of("workspace", "home"));
        var paths = new HashSet<String>();
        var caches = TemplateAdmission.list(spec, "cache");
        for (int i = 0; i < caches.size(); i++) {
            var cache = caches.get(i);
            var name = TemplateAdmission.text(cache, "name");
            var path = TemplateAdmission.text(cache, "path");
            var errors = FieldErrors.none();
            if (name.isEmpty()) {
                errors = FieldErrors.missing("name");
            } else if (!name.matches(NAME)) {
                errors = FieldErrors.invalid(name, "name");
            } else if (!names.add(name)) {
                errors = FieldErrors.multipleOneOf("name");
            } else if (!path.isEmpty() && (!path.startsWith("/") || path.equals("/") || path.contains(".."))) {
                errors = FieldErrors.invalid(path, "path");
            } else if (!path.isEmpty() && !paths.add(path)) {
                errors = FieldErrors.multipleOneOf("path");
            } else {
                errors = size(cache);
            }
            if (!errors.isEmpty()) {
                return errors.viaFieldIndex("cache", i);
            }
        }
        return FieldErrors.none();
    }

    private static FieldErrors group(JsonNode object) {
        var group = TemplateAdmission.text(object, "group");
        return group.isEmpty() || group.matches(NAME) ? FieldErrors.none() : FieldErrors.invalid(group, "group");
    }

    private static FieldErrors between(JsonNode object, String field, int low, int high) {
        if (!object.hasNonNull(field)) {
            return FieldErrors.none();
        }
        var value = object.get(field);
        return value.canConvertToInt() && value.asInt() >= low && value.asInt() <= high
                ? FieldErrors.none()
                : FieldErrors.outOfBounds(value.asText(), low, high, field);
    }

    private static FieldErrors positive(JsonNode object, String field) {
        var text = TemplateAdmission.text(object, field);
        if (text.isEmpty()) {
            return FieldErrors.none();
        }
        return GoDuration.parse(text).filter(d -> d.isPositive()).isPresent()
                ? FieldErrors.none()
                : FieldErrors.invalid(text, field);
    }

    private static FieldErrors size(JsonNode object) {
        var text = TemplateAdmission.text(object, "size");
        if (text.isEmpty()) {
            return FieldErrors.none();
        }
        try {
            return Quantity.getAmountInBytes(Quantity.parse(text)).compareTo(BigDecimal.ZERO) > 0
                    ? FieldErrors.none()
                    : FieldErrors.invalid(text, "size");
        } catch (IllegalArgumentException _) {
            return FieldErrors.invalid(text, "size");
        }
    }

    private static FieldErrors first(FieldErrors... errors) {
        return Stream.of(errors).filter(e -> !e.isEmpty()).findFirst().orElse(FieldErrors.none());
    }

    private DurabilityRules() {}
}
