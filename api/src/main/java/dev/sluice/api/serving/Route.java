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

/** A Route: a URL, and how its requests are shared between Revisions. */
@Group("serving.knative.dev")
@Version("v1")
@Kind("Route")
@Plural("routes")
@Singular("route")
@ShortNames({"rt"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class Route extends CustomResource<RouteSpec, RouteStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected RouteSpec initSpec() {
        return RouteSpec.EMPTY;
    }

    @Override
    protected RouteStatus initStatus() {
        return RouteStatus.EMPTY;
    }
}
