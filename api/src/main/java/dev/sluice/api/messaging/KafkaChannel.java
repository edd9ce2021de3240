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

/** A KafkaChannel takes events for its Subscriptions and keeps them in a topic of Kafka. */
@Group("messaging.knative.dev")
@Version("v1beta1")
@Kind("KafkaChannel")
@Plural("kafkachannels")
@Singular("kafkachannel")
@ShortNames("kc")
@Categories({"all", "knative", "messaging", "channel"})
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.address.url")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class KafkaChannel extends CustomResource<KafkaChannelSpec, ChannelStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable KafkaChannelSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable ChannelStatus initStatus() {
        return null;
    }
}
