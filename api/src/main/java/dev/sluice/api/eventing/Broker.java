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

/** A Broker takes events and gives each to the Triggers that want it. */
@Group("eventing.knative.dev")
@Version("v1")
@Kind("Broker")
@Plural("brokers")
@Singular("broker")
@Categories({"all", "knative", "eventing"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.address.url")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Class", jsonPath = ".metadata.annotations.eventing\\.knative\\.dev/broker\\.class")
public final class Broker extends CustomResource<BrokerSpec, BrokerStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable BrokerSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable BrokerStatus initStatus() {
        return null;
    }
}
