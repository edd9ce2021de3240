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

/** A Service: a Configuration and a Route of the same name, managed as one. Named so that it does not clash with Kubernetes' own. */
@Group("serving.knative.dev")
@Version("v1")
@Kind("Service")
@Plural("services")
@Singular("service")
@ShortNames({"kservice", "ksvc"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url")
@AdditionalPrinterColumn(name = "LatestCreated", jsonPath = ".status.latestCreatedRevisionName")
@AdditionalPrinterColumn(name = "LatestReady", jsonPath = ".status.latestReadyRevisionName")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class KnativeService extends CustomResource<ServiceSpec, ServiceStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected ServiceSpec initSpec() {
        return ServiceSpec.EMPTY;
    }

    @Override
    protected ServiceStatus initStatus() {
        return ServiceStatus.EMPTY;
    }
}
