package dev.sluice.api.serving;

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

/** A Revision: one immutable snapshot of code and configuration. */
@Group("serving.knative.dev")
@Version("v1")
@Kind("Revision")
@Plural("revisions")
@Singular("revision")
@ShortNames({"rev"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "Config Name", jsonPath = ".metadata.labels['serving\\.knative\\.dev/configuration']")
@AdditionalPrinterColumn(
        name = "Generation",
        jsonPath = ".metadata.labels['serving\\.knative\\.dev/configurationGeneration']")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(
        name = "Actual Replicas",
        jsonPath = ".status.actualReplicas",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Desired Replicas",
        jsonPath = ".status.desiredReplicas",
        type = AdditionalPrinterColumn.Type.INTEGER)
public final class Revision extends CustomResource<RevisionSpec, RevisionStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected RevisionSpec initSpec() {
        return RevisionSpec.EMPTY;
    }

    @Override
    protected RevisionStatus initStatus() {
        return RevisionStatus.EMPTY;
    }
}
