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

/** A DomainMapping: a domain, which is its name, that leads to something addressable. */
@Group("serving.knative.dev")
@Version("v1beta1")
@Kind("DomainMapping")
@Plural("domainmappings")
@Singular("domainmapping")
@ShortNames({"dm"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class DomainMapping extends CustomResource<DomainMappingSpec, DomainMappingStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected DomainMappingSpec initSpec() {
        return DomainMappingSpec.EMPTY;
    }

    @Override
    protected DomainMappingStatus initStatus() {
        return DomainMappingStatus.EMPTY;
    }
}
