package dev.sluice.buses.bus;

import dev.sluice.model.delivery.DeliveryPolicy;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A subscription with its names resolved: all a dispatcher needs to know, so that it works without Kubernetes.
 *
 * @param uid of the Subscription object; a new object of the same name is another subscription
 * @param subscriber null sends the event itself to {@code replyTo}
 */
public record SubscriptionSettings(
        String uid,
        String namespace,
        String name,
        ChannelId channel,
        @Nullable URI subscriber,
        @Nullable URI replyTo,
        DeliveryPolicy policy,
        Terms terms) {
    /** With no more terms. */
    public SubscriptionSettings(
            String uid,
            String namespace,
            String name,
            ChannelId channel,
            @Nullable URI subscriber,
            @Nullable URI replyTo,
            DeliveryPolicy policy) {
        this(uid, namespace, name, channel, subscriber, replyTo, policy, Terms.NONE);
    }

    public SubscriptionSettings {
        if (subscriber == null && replyTo == null) {
            throw new IllegalArgumentException(
                    "subscription " + namespace + "/" + name + " has neither subscriber nor replyTo");
        }
    }
}
