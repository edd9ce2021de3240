package dev.sluice.buses.broker;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.Trigger;
import dev.sluice.api.eventing.TriggerFilters;
import dev.sluice.api.eventing.TriggerSpec;
import dev.sluice.buses.address.Resolved;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.ingress.ChannelNames;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Trigger as the dispatcher knows it. */
final class TriggerSettings {
    private static final ObjectMapper JSON = new ObjectMapper();

    static SubscriptionSettings of(
            Trigger trigger,
            TriggerSpec spec,
            Broker broker,
            Resolved.At subscriber,
            Resolved.@Nullable At sink,
            ChannelNames names) {
        var meta = trigger.getMetadata();
        var id = ChannelNames.broker(meta.getNamespace(), broker.getMetadata().getName());
        var delivery = Optional.ofNullable(spec.delivery())
                .or(() -> Optional.ofNullable(broker.getSpec()).map(b -> b.delivery()))
                .orElse(null);
        var annotations = new HashMap<>(annotations(broker.getMetadata().getAnnotations()));
        annotations.remove(DeliveryAnnotations.PAUSED); // it is said of one Trigger at a time
        annotations.putAll(annotations(meta.getAnnotations()));
        return new SubscriptionSettings(
                meta.getUid(),
                meta.getNamespace(),
                meta.getName(),
                id,
                subscriber.uri(),
                URI.create(names.url(id)),
                DeliveryAnnotations.policy(delivery, annotations),
                Terms.of(Terms.TRIGGER, filters(spec), sink == null ? null : sink.uri(), format(delivery))
                        .withTrust(new Terms.Trust(subscriber.caCerts(), null, sink == null ? null : sink.caCerts()))
                        .annotated(annotations));
    }

    /**
     * Of one that is known, while something it needs is missing: what it has taken flows, so what can be said of that must reach the
     * dispatcher; where something leads nowhere now, it is where it was. Without its Broker that is whether it is paused and what it
     * wants.
     *
     * @param sinkFine {@code sink} is what it asks for
     */
    static SubscriptionSettings meanwhile(
            SubscriptionSettings known,
            Trigger trigger,
            TriggerSpec spec,
            @Nullable Broker broker,
            Resolved.@Nullable At subscriber,
            Resolved.@Nullable At sink,
            boolean sinkFine,
            ChannelNames names) {
        var terms = known.terms();
        if (broker == null) {
            return with(
                    known,
                    terms.withFilters(filters(spec))
                            .withPaused(DeliveryAnnotations.paused(
                                    annotations(trigger.getMetadata().getAnnotations()))));
        }
        var to = subscriber;
        if (to == null) {
            if (known.subscriber() == null) {
                return known; // no Trigger of ours
            }
            to = new Resolved.At(known.subscriber(), terms.trusted().subscriber(), null);
        }
        var before = terms.deadLetterSink() == null
                ? null
                : new Resolved.At(terms.deadLetterSink(), terms.trusted().deadLetterSink(), null);
        return of(trigger, spec, broker, to, sinkFine ? sink : before, names);
    }

    private static SubscriptionSettings with(SubscriptionSettings known, Terms terms) {
        return new SubscriptionSettings(
                known.uid(),
                known.namespace(),
                known.name(),
                known.channel(),
                known.subscriber(),
                known.replyTo(),
                known.policy(),
                terms);
    }

    private static @Nullable String format(@Nullable DeliverySpec delivery) {
        return delivery == null ? null : delivery.format();
    }

    private static @Nullable String filters(TriggerSpec spec) {
        var list = TriggerFilters.list(spec, JSON.createObjectNode());
        return list.isEmpty() ? null : JSON.valueToTree(list).toString();
    }

    private static Map<String, String> annotations(@Nullable Map<String, String> given) {
        return Objects.requireNonNullElse(given, Map.of());
    }

    private TriggerSettings() {}
}
