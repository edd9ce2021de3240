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

/** A {@link DomainMapping} under the version it had first. Both say the same, so the API server converts them by itself. */
@Group("serving.knative.dev")
@Version(value = "v1alpha1", storage = false)
@Kind("DomainMapping")
@Plural("domainmappings")
@Singular("domainmapping")
@ShortNames({"dm"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class DomainMappingAlpha extends CustomResource<DomainMappingSpec, DomainMappingStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;
}
