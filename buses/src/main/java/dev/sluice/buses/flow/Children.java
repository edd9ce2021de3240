package dev.sluice.buses.flow;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.Address;
import dev.sluice.api.messaging.InMemoryChannel;
import dev.sluice.api.messaging.KafkaChannel;
import dev.sluice.api.messaging.Subscription;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Sequence and Parallel watch, and what they say of themselves. */
final class Children {
    static <P extends HasMetadata> List<EventSource<?, P>> of(Class<P> flow, EventSourceContext<P> context) {
        return List.of(
                source(InMemoryChannel.class, flow, context),
                source(KafkaChannel.class, flow, context),
                source(Subscription.class, flow, context));
    }

    private static <R extends HasMetadata, P extends HasMetadata> EventSource<?, P> source(
            Class<R> kind, Class<P> flow, EventSourceContext<P> context) {
        var configuration = InformerEventSourceConfiguration.from(kind, flow)
                .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(flow))
                .build();
        return new InformerEventSource<>(configuration, context);
    }

    static ConditionSet conditions(@Nullable List<Condition> before, Clock clock) {
        var conditions = new ConditionSet(
                "Ready",
                List.of("ChannelsReady", "SubscriptionsReady", "Addressable", "EventPoliciesReady"),
                before,
                clock.instant());
        conditions.markTrue("EventPoliciesReady");
        return conditions;
    }

    static void addressable(@Nullable Address address, ConditionSet conditions) {
        if (address == null) {
            conditions.markUnknown("Addressable", "NotAddressable", "the channel in front has no address yet");
        } else {
            conditions.markTrue("Addressable");
        }
    }

    private Children() {}
}
