package dev.sluice.buses.channel;

import dev.sluice.api.messaging.InMemoryChannel;
import dev.sluice.api.messaging.InMemoryChannelSpec;
import dev.sluice.api.messaging.KafkaChannel;
import dev.sluice.api.messaging.Subscription;
import dev.sluice.buses.address.Readiness;
import dev.sluice.buses.ingress.ChannelNames;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An InMemoryChannel is carried by the bus that Sluice brings itself, which keeps what it has taken on disk. */
@ControllerConfiguration(name = "inmemorychannel")
public final class InMemoryChannelReconciler implements Reconciler<InMemoryChannel>, Cleaner<InMemoryChannel> {
    private static final BackingChannels.Conditions CONDITIONS = new BackingChannels.Conditions(
            List.of("DispatcherReady"), List.of("ServiceReady", "EndpointsReady", "ChannelServiceReady"));

    private final BackingChannels channels;

    public InMemoryChannelReconciler(BackingChannels channels) {
        this.channels = channels;
    }

    @Override
    public List<EventSource<?, InMemoryChannel>> prepareEventSources(EventSourceContext<InMemoryChannel> context) {
        var client = context.getClient();
        var there = Stream.concat(
                        client.resources(InMemoryChannel.class).inAnyNamespace().list().getItems().stream(),
                        client.resources(KafkaChannel.class).inAnyNamespace().list().getItems().stream())
                .map(c -> ChannelNames.messaging(
                        c.getMetadata().getNamespace(), c.getMetadata().getName()))
                .collect(Collectors.toSet());
        channels.forgetOthers(there::contains);
        return List.of(Subscriptions.of(Subscription.class, InMemoryChannel.class, context));
    }

    @Override
    public UpdateControl<InMemoryChannel> reconcile(InMemoryChannel channel, Context<InMemoryChannel> context) {
        var spec = channel.getSpec() == null ? new InMemoryChannelSpec(null, null) : channel.getSpec();
        var status = channels.reconcile(
                new BackingChannels.Given(
                        channel, "stub", Map.of(), spec.subscribers(), spec.delivery(), channel.getStatus()),
                CONDITIONS,
                context.getClient());
        return Statuses.write(
                channel,
                channel.getStatus(),
                status,
                new InMemoryChannel(),
                Readiness.of(status.conditions()).isTrue());
    }

    @Override
    public DeleteControl cleanup(InMemoryChannel channel, Context<InMemoryChannel> context) {
        channels.remove(channel);
        return DeleteControl.defaultDelete();
    }
}
