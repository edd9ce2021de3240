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

/** One run of steps in a pod: it fetches sources, then usually makes and pushes an image. */
@Group(Build.GROUP)
@Version(Build.VERSION)
@Kind("Build")
@Plural("builds")
@Singular("build")
@Categories({"all", "knative"})
@AdditionalPrinterColumn(name = "Succeeded", jsonPath = ".status.conditions[?(@.type==\"Succeeded\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Succeeded\")].reason")
@AdditionalPrinterColumn(name = "StartTime", jsonPath = ".status.startTime", type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
        name = "CompletionTime",
        jsonPath = ".status.completionTime",
        type = AdditionalPrinterColumn.Type.DATE)
public final class Build extends CustomResource<BuildSpec, BuildStatus> implements Namespaced {
    public static final String GROUP = "build.knative.dev";
    public static final String VERSION = "v1alpha1";
    /** The label that a build's pod carries. */
    public static final String NAME_LABEL = "build.knative.dev/buildName";

    private static final long serialVersionUID = 1L;

    @Override
    protected BuildSpec initSpec() {
        return BuildSpec.EMPTY;
    }

    @Override
    protected BuildStatus initStatus() {
        return BuildStatus.EMPTY;
    }
}
