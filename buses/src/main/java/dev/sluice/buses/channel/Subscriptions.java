package dev.sluice.buses.channel;

import dev.sluice.api.messaging.Subscription;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Set;

/** A Subscription's annotations bear on the channel that it names, or that backs the Channel of that name. */
final class Subscriptions {
    static <P extends HasMetadata> EventSource<?, P> of(
            Class<Subscription> kind, Class<P> channel, EventSourceContext<P> context) {
        var subscriptions = InformerEventSourceConfiguration.from(kind, channel)
                .withSecondaryToPrimaryMapper(subscription -> {
                    var spec = subscription.getSpec();
                    return spec == null
                                    || spec.channel() == null
                                    || spec.channel().name() == null
                            ? Set.of()
                            : Set.of(new ResourceID(
                                    spec.channel().name(),
                                    subscription.getMetadata().getNamespace()));
                })
                .build();
        return new InformerEventSource<>(subscriptions, context);
    }

    private Subscriptions() {}
}
