package dev.sluice.api.channels;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A named endpoint that takes events for its subscriptions. */
@Group(ChannelsGroup.GROUP)
@Version(ChannelsGroup.VERSION)
@Plural("channels")
@Singular("channel")
@ShortNames("chan")
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
public class Channel extends CustomResource<ChannelSpec, ChannelStatus> implements Namespaced {
    @Override
    protected @Nullable ChannelSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable ChannelStatus initStatus() {
        return null;
    }
}
