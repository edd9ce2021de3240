package dev.sluice.api.messaging;

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
import org.jspecify.annotations.Nullable;

/** An InMemoryChannel takes events for its Subscriptions. In Sluice it is durable: the stub bus keeps what it has taken. */
@Group("messaging.knative.dev")
@Version("v1")
@Kind("InMemoryChannel")
@Plural("inmemorychannels")
@Singular("inmemorychannel")
@ShortNames("imc")
@Categories({"all", "knative", "messaging", "channel"})
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.address.url")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class InMemoryChannel extends CustomResource<InMemoryChannelSpec, ChannelStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable InMemoryChannelSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable ChannelStatus initStatus() {
        return null;
    }
}
