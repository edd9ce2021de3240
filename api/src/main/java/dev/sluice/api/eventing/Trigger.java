package dev.sluice.api.eventing;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A Trigger brings the events of a Broker that pass its filter to a subscriber; the subscriber's answers go back to the Broker. */
@Group("eventing.knative.dev")
@Version("v1")
@Kind("Trigger")
@Plural("triggers")
@Singular("trigger")
@Categories({"all", "knative", "eventing"})
@AdditionalPrinterColumn(name = "Broker", jsonPath = ".spec.broker")
@AdditionalPrinterColumn(name = "Subscriber_URI", jsonPath = ".status.subscriberUri")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class Trigger extends CustomResource<TriggerSpec, TriggerStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable TriggerSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable TriggerStatus initStatus() {
        return null;
    }
}
