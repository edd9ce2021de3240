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

/** An EventType says which events something gives. Whoever looks for events reads it; nothing is delivered by it. */
@Group("eventing.knative.dev")
@Version("v1beta2")
@Kind("EventType")
@Plural("eventtypes")
@Singular("eventtype")
@Categories({"all", "knative", "eventing"})
@AdditionalPrinterColumn(name = "Type", jsonPath = ".spec.type")
@AdditionalPrinterColumn(name = "Source", jsonPath = ".spec.source")
@AdditionalPrinterColumn(name = "Reference Name", jsonPath = ".spec.reference.name")
@AdditionalPrinterColumn(name = "Reference Kind", jsonPath = ".spec.reference.kind")
@AdditionalPrinterColumn(name = "Description", jsonPath = ".spec.description")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class EventType extends CustomResource<EventTypeSpec, EventTypeStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable EventTypeSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable EventTypeStatus initStatus() {
        return null;
    }
}
