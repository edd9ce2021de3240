package dev.sluice.api.channels;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A way to carry events, for every namespace. Sluice runs the one named {@code stub} itself. */
@Group(ChannelsGroup.GROUP)
@Version(ChannelsGroup.VERSION)
@Plural("clusterbuses")
@Singular("clusterbus")
@ShortNames("cbus")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class ClusterBus extends CustomResource<BusSpec, BusStatus> {
    @Override
    protected @Nullable BusSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable BusStatus initStatus() {
        return null;
    }
}
