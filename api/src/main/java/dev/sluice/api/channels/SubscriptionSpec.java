package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which channel goes where. Only subscriber, arguments and delivery may change.
 *
 * @param subscriber a Kubernetes Service of the namespace, a DNS name or a URL; when empty the event itself goes to {@code
 *     replyTo}
 * @param replyTo where the subscriber's answers go, in the same forms
 * @param delivery an addition of Sluice
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SubscriptionSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("The Channel of the namespace whose events are delivered. Does not change.") @Nullable
        String channel,

        @JsonPropertyDescription(
                "Who gets the events: a Service of the namespace, a DNS name or a URL. Without one, events go to replyTo.")
        @Nullable
        String subscriber,

        @JsonPropertyDescription("Where the subscriber's answers go, in the same forms. Does not change.") @Nullable
        String replyTo,

        @JsonPropertyDescription("Values for the parameters that the bus declares for subscriptions.") @Nullable
        List<Argument> arguments,

        @JsonPropertyDescription("How a delivery that fails is tried again. An addition of Sluice.") @Nullable
        DeliverySpec delivery) {}
