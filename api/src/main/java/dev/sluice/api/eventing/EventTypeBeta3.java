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

/** An {@link EventType} whose attributes are a list. */
@Group("eventing.knative.dev")
@Version(value = "v1beta3", storage = false)
@Kind("EventType")
@Plural("eventtypes")
@Singular("eventtype")
@Categories({"all", "knative", "eventing"})
@AdditionalPrinterColumn(name = "Type", jsonPath = ".spec.attributes[?(@.name==\"type\")].value")
@AdditionalPrinterColumn(name = "Source", jsonPath = ".spec.attributes[?(@.name==\"source\")].value")
@AdditionalPrinterColumn(name = "Reference Name", jsonPath = ".spec.reference.name")
@AdditionalPrinterColumn(name = "Reference Kind", jsonPath = ".spec.reference.kind")
@AdditionalPrinterColumn(name = "Description", jsonPath = ".spec.description")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class EventTypeBeta3 extends CustomResource<EventAttributesSpec, EventTypeStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
