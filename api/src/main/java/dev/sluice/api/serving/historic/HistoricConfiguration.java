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

/** A Configuration of 2018, which may ask for a build. */
@Group("serving.knative.dev")
@Version(value = "v1alpha1", storage = false)
@Kind("Configuration")
@Plural("configurations")
@Singular("configuration")
@ShortNames({"config", "cfg"})
@Categories({"all", "knative", "serving"})
@AdditionalPrinterColumn(name = "LatestCreated", jsonPath = ".status.latestCreatedRevisionName")
@AdditionalPrinterColumn(name = "LatestReady", jsonPath = ".status.latestReadyRevisionName")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class HistoricConfiguration
        extends CustomResource<HistoricConfigurationSpec, HistoricStatus.OfConfiguration> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
