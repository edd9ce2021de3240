package dev.sluice.api.build;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** Steps with parameters, which the Builds of its namespace may use instead of steps of their own. */
@Group(Build.GROUP)
@Version(Build.VERSION)
@Kind("BuildTemplate")
@Plural("buildtemplates")
@Singular("buildtemplate")
@Categories({"all", "knative"})
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class BuildTemplate extends CustomResource<BuildTemplateSpec, Void> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected BuildTemplateSpec initSpec() {
        return BuildTemplateSpec.EMPTY;
    }
}
