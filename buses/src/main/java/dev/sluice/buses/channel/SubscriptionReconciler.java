package dev.sluice.buses.channel;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.duck.SubscriberSpec;
import dev.sluice.api.messaging.Channel;
import dev.sluice.api.messaging.InMemoryChannel;
import dev.sluice.api.messaging.KafkaChannel;
import dev.sluice.api.messaging.PhysicalSubscription;
import dev.sluice.api.messaging.Subscription;
import dev.sluice.api.messaging.SubscriptionSpec;
import dev.sluice.api.messaging.SubscriptionStatus;
import dev.sluice.buses.address.DestinationResolver;
import dev.sluice.buses.address.Readiness;
import dev.sluice.buses.address.Resolved;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a Subscription and writes it into its channel's {@code spec.subscribers}; it is Ready once the channel says that every
 * later event reaches the subscriber. Works for every kind of channel that has Knative's channelable shape.
 */
@ControllerConfiguration(name = "messaging-subscription")
public final class SubscriptionReconciler implements Reconciler<Subscription>, Cleaner<Subscription> {
    private static final String BY_CHANNEL = "channel";
    private static final String RESOLVED = "ReferencesResolved";
    private static final String ADDED = "AddedToChannel";
    private static final String CHANNEL = "ChannelReady";

    private final DestinationResolver resolver;
    private final Clock clock;

    public SubscriptionReconciler(DestinationResolver resolver, Clock clock) {
        this.resolver = resolver;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Subscription>> prepareEventSources(EventSourceContext<Subscription> context) {
        context.getPrimaryCache().addIndexer(BY_CHANNEL, s -> List.of(channelKey(s)));
        return List.of(
                channels(Channel.class, context),
                channels(InMemoryChannel.class, context),
                channels(KafkaChannel.class, context));
    }

    private static <R extends HasMetadata> EventSource<?, Subscription> channels(
            Class<R> kind, EventSourceContext<Subscription> context) {
        var configuration = InformerEventSourceConfiguration.from(kind, Subscription.class)
                .withSecondaryToPrimaryMapper(channel -> context
                        .getPrimaryCache()
                        .byIndex(
                                BY_CHANNEL,
                                channel.getMetadata().getNamespace() + "/"
                                        + channel.getMetadata().getName())
                        .stream()
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
                .build();
        return new InformerEventSource<>(configuration, context);
    }

    private static String channelKey(Subscription subscription) {
        var spec = subscription.getSpec();
        return subscription.getMetadata().getNamespace() + "/"
                + (spec == null || spec.channel() == null ? "" : spec.channel().name());
    }

    @Override
    public UpdateControl<Subscription> reconcile(Subscription subscription, Context<Subscription> context) {
        var meta = subscription.getMetadata();
        var before = subscription.getStatus();
        var conditions = new ConditionSet(
                "Ready",
                List.of(RESOLVED, ADDED, CHANNEL, "OIDCIdentityCreated"),
                before == null ? null : before.conditions(),
                clock.instant());
        conditions.markTrue("OIDCIdentityCreated", "authentication-oidc feature disabled", null);
        var spec = subscription.getSpec();
        PhysicalSubscription physical = null;
        if (spec != null && spec.channel() != null) {
            var channel = channel(spec.channel(), meta.getNamespace(), conditions);
            var destinations = destinations(spec, meta.getNamespace(), channel, conditions);
            physical = destinations == null ? null : physical(destinations);
            if (channel != null && destinations != null) {
                add(subscription, spec, channel, destinations, conditions, context);
            } else {
                conditions.markUnknown(ADDED, "NotAddedToChannel", "what the Subscription needs is not there yet");
            }
        }
        var status = new SubscriptionStatus(meta.getGeneration(), conditions.list(), physical);
        return Statuses.write(
                subscription,
                before,
                status,
                new Subscription(),
                Readiness.of(status.conditions()).isTrue());
    }

    private record Destinations(
            Resolved.@Nullable At subscriber, Resolved.@Nullable At reply, Resolved.@Nullable At sink) {}

    /** The channel that has subscribers: a Channel's is the one that backs it. */
    private @Nullable GenericKubernetesResource channel(
            KReference reference, String namespace, ConditionSet conditions) {
        var found = resolver.find(reference, namespace);
        if (found.isEmpty()) {
            conditions.markFalse(
                    CHANNEL,
                    "ChannelReferenceFailed",
                    reference.kind() + " " + namespace + "/" + reference.name() + " does not exist");
            return null;
        }
        var ready = Readiness.of(found.get());
        if (ready.isTrue()) {
            conditions.markTrue(CHANNEL);
        } else if (ready.status().equals("False")) {
            conditions.markFalse(CHANNEL, ready.reason(), ready.message());
        } else {
            conditions.markUnknown(CHANNEL, "ChannelNotReady", "the channel is not ready yet");
        }
        Map<?, ?> backing = found.get().get("status", "channel");
        if (backing == null) {
            return "Channel".equals(reference.kind()) ? null : found.get();
        }
        return resolver.find(
                        KReference.of(
                                String.valueOf(backing.get("apiVersion")),
                                String.valueOf(backing.get("kind")),
                                null,
                                String.valueOf(backing.get("name"))),
                        namespace)
                .orElse(null);
    }

    /** Null when one of them leads nowhere, of which the condition tells. */
    private @Nullable Destinations destinations(
            SubscriptionSpec spec,
            String namespace,
            @Nullable GenericKubernetesResource channel,
            ConditionSet conditions) {
        var subscriber = resolved(spec.subscriber(), namespace, "SubscriberResolveFailed", conditions);
        var reply = resolved(spec.reply(), namespace, "ReplyResolveFailed", conditions);
        var sinkOf = spec.delivery() == null ? null : spec.delivery().deadLetterSink();
        var sink = resolved(sinkOf, namespace, "DeadLetterSinkResolveFailed", conditions);
        boolean failed = subscriber.failed || reply.failed || sink.failed;
        if (failed) {
            return null;
        }
        conditions.markTrue(RESOLVED);
        var ofChannel = spec.delivery() == null && channel != null ? sinkOf(channel) : Optional.<Resolved.At>empty();
        return new Destinations(subscriber.at, reply.at, sink.at == null ? ofChannel.orElse(null) : sink.at);
    }

    static Optional<Resolved.At> sinkOf(GenericKubernetesResource channel) {
        return channel.get("status", "deadLetterSinkUri") instanceof String uri
                ? Optional.of(new Resolved.At(
                        URI.create(uri),
                        channel.get("status", "deadLetterSinkCACerts"),
                        channel.get("status", "deadLetterSinkAudience")))
                : Optional.empty();
    }

    private record Found(Resolved.@Nullable At at, boolean failed) {}

    private Found resolved(
            @Nullable Destination destination, String namespace, String reason, ConditionSet conditions) {
        if (destination == null || (destination.ref() == null && destination.uri() == null)) {
            return new Found(null, false);
        }
        return switch (resolver.resolve(destination, namespace)) {
            case Resolved.At at -> new Found(at, false);
            case Resolved.Nowhere(var why) -> {
                conditions.markFalse(RESOLVED, reason, why);
                yield new Found(null, true);
            }
        };
    }

    private static void add(
            Subscription subscription,
            SubscriptionSpec spec,
            GenericKubernetesResource channel,
            Destinations destinations,
            ConditionSet conditions,
            Context<Subscription> context) {
        var meta = subscription.getMetadata();
        var entry = new SubscriberSpec(
                meta.getName(),
                meta.getUid(),
                meta.getGeneration(),
                destinations.subscriber == null
                        ? null
                        : destinations.subscriber.uri().toString(),
                destinations.subscriber == null ? null : destinations.subscriber.caCerts(),
                destinations.subscriber == null ? null : destinations.subscriber.audience(),
                destinations.reply == null ? null : destinations.reply.uri().toString(),
                destinations.reply == null ? null : destinations.reply.caCerts(),
                destinations.reply == null ? null : destinations.reply.audience(),
                delivery(spec, channel, destinations.sink));
        var written = Subscribers.put(context.getClient(), channel, entry);
        switch (Subscribers.ready(written, meta.getUid(), meta.getGeneration())) {
            case "True" -> conditions.markTrue(ADDED);
            case "False" ->
                conditions.markFalse(
                        ADDED, "SubscriptionNotMarkedReadyByChannel", Subscribers.message(written, meta.getUid()));
            default ->
                conditions.markUnknown(
                        ADDED, "SubscriptionNotMarkedReadyByChannel", "the channel has not taken the subscriber yet");
        }
    }

    private static @Nullable DeliverySpec delivery(
            SubscriptionSpec spec, GenericKubernetesResource channel, Resolved.@Nullable At sink) {
        var own = spec.delivery();
        if (own == null) {
            Object ofChannel = channel.get("spec", "delivery");
            if (ofChannel == null) {
                return null;
            }
            own = Subscribers.delivery(ofChannel);
        }
        return new DeliverySpec(
                sink == null ? null : new Destination(null, sink.uri().toString(), sink.caCerts(), sink.audience()),
                own.retry(),
                own.timeout(),
                own.backoffPolicy(),
                own.backoffDelay(),
                own.retryAfterMax(),
                own.format());
    }

    private static PhysicalSubscription physical(Destinations d) {
        return new PhysicalSubscription(
                d.subscriber == null ? null : d.subscriber.uri().toString(),
                d.subscriber == null ? null : d.subscriber.caCerts(),
                d.subscriber == null ? null : d.subscriber.audience(),
                d.reply == null ? null : d.reply.uri().toString(),
                d.reply == null ? null : d.reply.caCerts(),
                d.reply == null ? null : d.reply.audience(),
                d.sink == null ? null : d.sink.uri().toString(),
                d.sink == null ? null : d.sink.caCerts(),
                d.sink == null ? null : d.sink.audience());
    }

    @Override
    public DeleteControl cleanup(Subscription subscription, Context<Subscription> context) {
        var meta = subscription.getMetadata();
        var spec = subscription.getSpec();
        if (spec != null && spec.channel() != null) {
            var unheard = new ConditionSet("Ready", List.of(), null, clock.instant());
            var channel = channel(spec.channel(), meta.getNamespace(), unheard);
            if (channel != null && Objects.isNull(channel.getMetadata().getDeletionTimestamp())) {
                Subscribers.remove(context.getClient(), channel, meta.getUid());
            }
        }
        return DeleteControl.defaultDelete();
    }
}
