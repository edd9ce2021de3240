package dev.sluice.api.build;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A BuildTemplate that all namespaces may use. */
@Group(Build.GROUP)
@Version(Build.VERSION)
@Kind("ClusterBuildTemplate")
@Plural("clusterbuildtemplates")
@Singular("clusterbuildtemplate")
@Categories({"all", "knative"})
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class ClusterBuildTemplate extends CustomResource<BuildTemplateSpec, Void> {
    private static final long serialVersionUID = 1L;

    @Override
    protected BuildTemplateSpec initSpec() {
        return BuildTemplateSpec.EMPTY;
    }
}
