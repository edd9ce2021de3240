package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
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
        @Nullable Long generation,
        @Nullable String channel,
        @Nullable String subscriber,
        @Nullable String replyTo,
        @Nullable List<Argument> arguments,
        @Nullable DeliverySpec delivery) {}
