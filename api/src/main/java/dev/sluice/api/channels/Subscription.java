package dev.sluice.api.channels;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Sends the events of a channel to a subscriber, and its replies onwards. */
@Group(ChannelsGroup.GROUP)
@Version(ChannelsGroup.VERSION)
@Plural("subscriptions")
@Singular("subscription")
@ShortNames("sub")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class Subscription extends CustomResource<SubscriptionSpec, SubscriptionStatus> implements Namespaced {
    @Override
    protected @Nullable SubscriptionSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable SubscriptionStatus initStatus() {
        return null;
    }
}
