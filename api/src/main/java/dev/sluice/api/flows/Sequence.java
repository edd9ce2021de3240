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

/** A Sequence brings each event through one step after the other: the answer of a step is the event of the next. */
@Group("flows.knative.dev")
@Version("v1")
@Kind("Sequence")
@Plural("sequences")
@Singular("sequence")
@Categories({"all", "knative", "flows"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.address.url")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class Sequence extends CustomResource<SequenceSpec, SequenceStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable SequenceSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable SequenceStatus initStatus() {
        return null;
    }
}
