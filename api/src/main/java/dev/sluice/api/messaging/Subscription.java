package dev.sluice.api.messaging;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A Subscription brings the events of a channel to a subscriber, and the subscriber's answers to a reply destination. */
@Group("messaging.knative.dev")
@Version("v1")
@Kind("Subscription")
@Plural("subscriptions")
@Singular("subscription")
@ShortNames("sub")
@Categories({"all", "knative", "messaging"})
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class Subscription extends CustomResource<SubscriptionSpec, SubscriptionStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable SubscriptionSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable SubscriptionStatus initStatus() {
        return null;
    }
}
