package dev.sluice.api.serving.historic;

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

/** A Revision of 2018, which has one container. */
@Group("serving.knative.dev")
@Version(value = "v1alpha1", storage = false)
@Kind("Revision")
@Plural("revisions")
@Singular("revision")
@ShortNames({"rev"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class HistoricRevision extends CustomResource<HistoricRevisionSpec, HistoricStatus.OfRevision>
        implements Namespaced {
    private static final long serialVersionUID = 1L;
}
