package dev.sluice.buses.channel;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.Address;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.messaging.Channel;
import dev.sluice.api.messaging.ChannelStatus;
import dev.sluice.api.messaging.ChannelTemplate;
import dev.sluice.api.messaging.InMemoryChannel;
import dev.sluice.api.messaging.KafkaChannel;
import dev.sluice.buses.address.Readiness;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the channel that a Channel's template asks for, of the same name, and says of the Channel what that one says. */
@ControllerConfiguration(name = "messaging-channel")
public final class ChannelReconciler implements Reconciler<Channel> {
    private final Clock clock;

    public ChannelReconciler(Clock clock) {
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Channel>> prepareEventSources(EventSourceContext<Channel> context) {
        return List.of(backing(InMemoryChannel.class, context), backing(KafkaChannel.class, context));
    }

    private static <R extends HasMetadata> EventSource<?, Channel> backing(
            Class<R> kind, EventSourceContext<Channel> context) {
        var configuration = InformerEventSourceConfiguration.from(kind, Channel.class)
                .withSecondaryToPrimaryMapper(channel -> Set.of(ResourceID.fromResource(channel)))
                .build();
        return new InformerEventSource<>(configuration, context);
    }

    @Override
    public UpdateControl<Channel> reconcile(Channel channel, Context<Channel> context) {
        var meta = channel.getMetadata();
        var spec = channel.getSpec();
        var before = channel.getStatus();
        var conditions = new ConditionSet(
                "Ready",
                List.of("BackingChannelReady", "Addressable", "DeadLetterSinkResolved", "EventPoliciesReady"),
                before == null ? null : before.conditions(),
                clock.instant());
        conditions.markTrue("EventPoliciesReady");
        var template = spec == null ? null : spec.channelTemplate();
        if (template == null || template.kind() == null || template.apiVersion() == null) {
            conditions.markFalse("BackingChannelReady", "ChannelTemplateMissing", "the Channel has no channelTemplate");
            return write(channel, before, status(channel, conditions, null, null));
        }
        var backing = Templates.make(
                context.getClient(),
                channel,
                meta.getName(),
                template,
                spec.delivery() == null ? Map.of() : Map.of("delivery", spec.delivery()));
        if (backing.foreign()) {
            conditions.markFalse(
                    "BackingChannelReady",
                    "ChannelNotOwned",
                    template.kind() + " " + meta.getName() + " exists and does not belong to this Channel");
            return write(channel, before, status(channel, conditions, null, template));
        }
        mirror(backing.object(), conditions);
        return write(channel, before, status(channel, conditions, backing.object(), template));
    }

    private static void mirror(GenericKubernetesResource backing, ConditionSet conditions) {
        var ready = Readiness.of(backing);
        switch (ready.status()) {
            case "True" -> conditions.markTrue("BackingChannelReady");
            case "False" -> conditions.markFalse("BackingChannelReady", ready.reason(), ready.message());
            default ->
                conditions.markUnknown(
                        "BackingChannelReady", "BackingChannelNotConfigured", "the channel is being made");
        }
        if (backing.get("status", "address", "url") != null) {
            conditions.markTrue("Addressable");
        } else {
            conditions.markUnknown("Addressable", "NotAddressable", "the channel has no address yet");
        }
        Object delivery = backing.get("spec", "delivery", "deadLetterSink");
        if (delivery == null) {
            conditions.markTrue(
                    "DeadLetterSinkResolved", "DeadLetterSinkNotConfigured", "No dead letter sink is configured.");
        } else if (backing.get("status", "deadLetterSinkUri") != null) {
            conditions.markTrue("DeadLetterSinkResolved");
        } else {
            conditions.markUnknown(
                    "DeadLetterSinkResolved", "DeadLetterSinkNotResolved", "the sink has no address yet");
        }
    }

    private static ChannelStatus status(
            Channel channel,
            ConditionSet conditions,
            @Nullable GenericKubernetesResource backing,
            @Nullable ChannelTemplate template) {
        String url = backing == null ? null : backing.get("status", "address", "url");
        var address = url == null ? null : Address.http(url);
        var meta = channel.getMetadata();
        return new ChannelStatus(
                meta.getGeneration(),
                conditions.list(),
                address,
                address == null ? null : List.of(address),
                template == null
                        ? null
                        : KReference.of(
                                Objects.requireNonNull(template.apiVersion()),
                                Objects.requireNonNull(template.kind()),
                                meta.getNamespace(),
                                meta.getName()),
                null,
                backing == null ? null : backing.get("status", "deadLetterSinkUri"),
                null,
                null);
    }

    private static UpdateControl<Channel> write(Channel channel, @Nullable ChannelStatus before, ChannelStatus status) {
        return Statuses.write(
                channel,
                before,
                status,
                new Channel(),
                Readiness.of(status.conditions()).isTrue());
    }
}
