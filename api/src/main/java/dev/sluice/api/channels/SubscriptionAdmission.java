package dev.sluice.api.channels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Subscription names its channel and keeps it; its delivery policy must be readable. */
final class SubscriptionAdmission implements KindAdmission {
    @Override
    public Resource resource() {
        return ChannelsGroup.resource("subscriptions", "Subscription", true);
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        // nothing has a default: an absent delivery policy follows Sluice's defaults, also when they change
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var spec = object.path("spec");
        var errors = Immutable.text(spec.path("channel")).isEmpty()
                ? FieldErrors.detailed("missing field(s)", "the Subscription must reference a Channel", "spec.channel")
                : FieldErrors.none();
        errors =
                errors.also(delivery(spec.path("delivery")).viaField("delivery").viaField("spec"));
        return old == null
                ? errors
                : errors.also(
                        Immutable.unchanged("SubscriptionSpec", old.path("spec"), spec, List.of("channel", "replyTo")));
    }

    private static FieldErrors delivery(JsonNode delivery) {
        var errors = FieldErrors.none();
        if (delivery.path("retry").isNumber() && delivery.path("retry").asLong() < 0) {
            errors = errors.also(FieldErrors.invalid(delivery.path("retry").asText(), "retry"));
        }
        var policy = delivery.path("backoffPolicy");
        if (policy.isTextual() && !List.of("exponential", "linear").contains(policy.asText())) {
            errors = errors.also(FieldErrors.invalid(policy.asText(), "backoffPolicy"));
        }
        return errors.also(duration(delivery, "timeout", true))
                .also(duration(delivery, "backoffDelay", false))
                .also(duration(delivery, "backoffMax", false));
    }

    private static FieldErrors duration(JsonNode delivery, String field, boolean positive) {
        var node = delivery.path(field);
        if (!node.isTextual()) {
            return FieldErrors.none();
        }
        try {
            var duration = Duration.parse(node.asText());
            boolean usable = !duration.isNegative() && !(positive && duration.isZero());
            return usable ? FieldErrors.none() : FieldErrors.invalid(node.asText(), field);
        } catch (DateTimeParseException _) {
            return FieldErrors.invalid(node.asText(), field);
        }
    }
}
