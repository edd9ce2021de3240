package dev.sluice.buses.control;

import dev.sluice.api.channels.Channel;
import dev.sluice.api.channels.DeliverySpec;
import dev.sluice.api.channels.Subscription;
import dev.sluice.api.channels.SubscriptionSpec;
import dev.sluice.api.channels.SubscriptionStatus;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.dispatch.Dispatcher;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Resolves a Subscription and gives it to the dispatcher; Dispatching is true once every later event will reach it. */
@ControllerConfiguration(name = "subscription", generationAwareEventProcessing = false) // annotations count
final class SubscriptionReconciler implements Reconciler<Subscription>, Cleaner<Subscription> {
    private static final String BY_CHANNEL = "channel";
    private static final String DISPATCHING = "Dispatching";

    private final dev.sluice.buses.bus.Bus bus;
    private final Dispatcher dispatcher;
    private final String clusterDomain;
    private final Clock clock;

    SubscriptionReconciler(dev.sluice.buses.bus.Bus bus, Dispatcher dispatcher, String clusterDomain, Clock clock) {
        this.bus = bus;
        this.dispatcher = dispatcher;
        this.clusterDomain = clusterDomain;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Subscription>> prepareEventSources(EventSourceContext<Subscription> context) {
        forgetDeleted(context);
        context.getPrimaryCache().addIndexer(BY_CHANNEL, subscription -> List.of(channelKey(subscription)));
        var channels = InformerEventSourceConfiguration.from(Channel.class, Subscription.class)
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
        return List.of(new InformerEventSource<>(channels, context));
    }

    /** What the bus remembers and Kubernetes does not: a cluster that was made anew, or a finalizer taken off by hand. */
    private void forgetDeleted(EventSourceContext<Subscription> context) {
        var remembered = bus.subscriptions().stream()
                .filter(s -> s.terms().kind() == null)
                .toList();
        if (remembered.isEmpty()) {
            return;
        }
        var there = context.getClient().resources(Subscription.class).inAnyNamespace().list().getItems().stream()
                .map(s -> s.getMetadata().getUid())
                .collect(Collectors.toSet());
        remembered.stream().filter(s -> !there.contains(s.uid())).forEach(dispatcher::forget);
    }

    private static String channelKey(Subscription subscription) {
        var spec = subscription.getSpec();
        return subscription.getMetadata().getNamespace() + "/" + (spec == null ? "" : spec.channel());
    }

    @Override
    public UpdateControl<Subscription> reconcile(Subscription subscription, Context<Subscription> context) {
        var meta = subscription.getMetadata();
        var before = subscription.getStatus();
        var conditions = new ConditionSet(
                "Ready", List.of(DISPATCHING), before == null ? null : before.conditions(), clock.instant());
        var settings = settings(subscription, conditions);
        if (settings != null) {
            dispatch(settings, conditions);
        }
        var status = new SubscriptionStatus(
                meta.getGeneration(),
                settings == null ? null : text(settings.subscriber()),
                settings == null ? null : text(settings.replyTo()),
                conditions.list());
        if (Objects.equals(status, before)) {
            return UpdateControl.<Subscription>noUpdate().rescheduleAfter(Buses.again(status.conditions()));
        }
        var patch = new Subscription();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(meta.getName())
                .withNamespace(meta.getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch).rescheduleAfter(Buses.again(status.conditions()));
    }

    private static @Nullable String text(@Nullable URI uri) {
        return uri == null ? null : uri.toString();
    }

    private @Nullable SubscriptionSettings settings(Subscription subscription, ConditionSet conditions) {
        var meta = subscription.getMetadata();
        var spec = subscription.getSpec();
        if (spec == null || spec.channel() == null) {
            conditions.markFalse(DISPATCHING, "ChannelMissing", "the Subscription must reference a Channel");
            return null;
        }
        try {
            return settings(meta, spec.channel(), spec);
        } catch (Destinations.BadDestinationException e) {
            conditions.markFalse(DISPATCHING, "SubscriberInvalid", e.getMessage());
            return null;
        }
    }

    private SubscriptionSettings settings(ObjectMeta meta, String channel, SubscriptionSpec spec)
            throws Destinations.BadDestinationException {
        var namespace = meta.getNamespace();
        var annotations = Objects.requireNonNullElse(meta.getAnnotations(), Map.<String, String>of());
        var subscriber = Destinations.resolve(spec.subscriber(), namespace, clusterDomain);
        var replyTo = Destinations.resolve(spec.replyTo(), namespace, clusterDomain);
        if (subscriber.isEmpty() && replyTo.isEmpty()) {
            throw new Destinations.BadDestinationException("neither subscriber nor replyTo is set");
        }
        return new SubscriptionSettings(
                meta.getUid(),
                namespace,
                meta.getName(),
                new ChannelId(namespace, channel),
                subscriber.orElse(null),
                replyTo.orElse(null),
                DeliverySpec.policy(spec.delivery()),
                Terms.NONE.annotated(annotations));
    }

    private void dispatch(SubscriptionSettings settings, ConditionSet conditions) {
        // also without the channel: what it took before it was deleted is still delivered, and it may come back
        try {
            dispatcher.put(settings);
        } catch (BusException e) {
            conditions.markUnknown(DISPATCHING, "BusUnavailable", String.valueOf(e.getMessage()));
            return;
        }
        if (bus.hasChannel(settings.channel())) {
            conditions.markTrue(DISPATCHING);
        } else {
            conditions.markUnknown(
                    DISPATCHING,
                    "ChannelNotReady",
                    "no bus carries a channel named " + settings.channel().name() + " in this namespace yet");
        }
    }

    @Override
    public DeleteControl cleanup(Subscription subscription, Context<Subscription> context) {
        dispatcher.remove(subscription.getMetadata().getUid());
        return DeleteControl.defaultDelete();
    }
}
