package dev.sluice.api.flows;

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

/** A Parallel brings each event to every branch whose filter answers with an event. */
@Group("flows.knative.dev")
@Version("v1")
@Kind("Parallel")
@Plural("parallels")
@Singular("parallel")
@Categories({"all", "knative", "flows"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.address.url")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class Parallel extends CustomResource<ParallelSpec, ParallelStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable ParallelSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable ParallelStatus initStatus() {
        return null;
    }
}
