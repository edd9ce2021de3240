package dev.sluice.buses.channel;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.Address;
import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.SubscriberSpec;
import dev.sluice.api.duck.SubscriberStatus;
import dev.sluice.api.messaging.ChannelStatus;
import dev.sluice.api.messaging.Subscription;
import dev.sluice.buses.address.DestinationResolver;
import dev.sluice.buses.address.Resolved;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.plane.Carriers;
import dev.sluice.buses.plane.GatewayService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an InMemoryChannel and a KafkaChannel have in common: a channel on a bus, a Service to find it by, and the subscribers that
 * its spec lists (Knative's channelable shape), each with everything resolved.
 */
public final class BackingChannels {
    /** Of the kind whose subscriptions these are. */
    static final String KIND = "Subscription";

    private final Carriers carriers;
    private final ChannelNames names;
    private final GatewayService service;
    private final DestinationResolver resolver;
    private final Clock clock;

    public BackingChannels(
            Carriers carriers, ChannelNames names, GatewayService service, DestinationResolver resolver, Clock clock) {
        this.carriers = carriers;
        this.names = names;
        this.service = service;
        this.resolver = resolver;
        this.clock = clock;
    }

    /** The conditions of a kind, by what they stand for. */
    record Conditions(List<String> carried, List<String> found) {
        List<String> all() {
            var all = new ArrayList<>(carried);
            all.addAll(found);
            all.add("Addressable");
            all.add("DeadLetterSinkResolved");
            all.add("EventPoliciesReady");
            return all;
        }
    }

    /** What one channel is, whatever its kind. */
    record Given(
            HasMetadata object,
            String bus,
            Map<String, String> arguments,
            @Nullable List<SubscriberSpec> subscribers,
            @Nullable DeliverySpec delivery,
            @Nullable ChannelStatus before) {
        ChannelId id() {
            return ChannelNames.messaging(
                    object.getMetadata().getNamespace(), object.getMetadata().getName());
        }
    }

    /** Carries the channel and serves its subscribers; answers its status. */
    ChannelStatus reconcile(Given given, Conditions kinds, KubernetesClient client) {
        var meta = given.object.getMetadata();
        var conditions = new ConditionSet(
                "Ready", kinds.all(), given.before == null ? null : given.before.conditions(), clock.instant());
        conditions.markTrue("EventPoliciesReady");
        var foreign = service.ensure(
                client,
                given.object,
                ChannelNames.messagingService(meta.getName()),
                Map.of("messaging.knative.dev/role", "sluice-channel"));
        if (foreign.isPresent()) {
            kinds.found.forEach(c -> conditions.markFalse(c, "ServiceNotOwned", foreign.get()));
        } else {
            kinds.found.forEach(conditions::markTrue);
        }
        var problem = foreign.orElseGet(() -> carriers.carry(given.id(), given.bus, given.arguments));
        Address address = null;
        if (problem.isEmpty()) {
            kinds.carried.forEach(conditions::markTrue);
            conditions.markTrue("Addressable");
            address = Address.http(names.url(given.id()));
        } else {
            kinds.carried.forEach(c -> conditions.markFalse(c, "ChannelFailure", problem));
            conditions.markUnknown("Addressable", "NotAddressable", "no bus carries the channel");
        }
        var sink = deadLetterSink(given, conditions);
        return new ChannelStatus(
                meta.getGeneration(),
                conditions.list(),
                address,
                address == null ? null : List.of(address),
                null,
                subscribers(given, sink, problem, client),
                sink == null ? null : sink.uri().toString(),
                sink == null ? null : sink.caCerts(),
                sink == null ? null : sink.audience());
    }

    private Resolved.@Nullable At deadLetterSink(Given given, ConditionSet conditions) {
        var sink = given.delivery == null ? null : given.delivery.deadLetterSink();
        if (sink == null) {
            conditions.markTrue(
                    "DeadLetterSinkResolved", "DeadLetterSinkNotConfigured", "No dead letter sink is configured.");
            return null;
        }
        return switch (resolver.resolve(sink, given.object.getMetadata().getNamespace())) {
            case Resolved.At at -> {
                conditions.markTrue("DeadLetterSinkResolved");
                yield at;
            }
            case Resolved.Nowhere(var why) -> {
                conditions.markFalse("DeadLetterSinkResolved", "DeadLetterSinkResolveFailed", why);
                yield null;
            }
        };
    }

    private @Nullable List<SubscriberStatus> subscribers(
            Given given, Resolved.@Nullable At sink, String problem, KubernetesClient client) {
        var wanted = Objects.requireNonNullElse(given.subscribers, List.<SubscriberSpec>of());
        var uids = new HashSet<String>();
        var statuses = new ArrayList<SubscriberStatus>();
        var annotations = wanted.isEmpty() ? Map.<String, Map<String, String>>of() : annotations(given, client);
        for (var subscriber : wanted) {
            var uid = Objects.requireNonNullElse(subscriber.uid(), "");
            uids.add(uid);
            var trouble = problem.isEmpty() ? subscribe(given, sink, subscriber, uid, annotations) : problem;
            statuses.add(new SubscriberStatus(
                    uid,
                    subscriber.generation(),
                    trouble.isEmpty() ? "True" : "False",
                    trouble.isEmpty() ? null : trouble));
        }
        carriers.subscriptions(given.id()).stream()
                .map(SubscriptionSettings::uid)
                .filter(uid -> !uids.contains(uid))
                .forEach(carriers::unsubscribe);
        return statuses.isEmpty() ? null : statuses;
    }

    /** What Sluice adds stands on the Subscriptions; a subscriber has no room for it. By uid. */
    private static Map<String, Map<String, String>> annotations(Given given, KubernetesClient client) {
        return client
                .resources(Subscription.class)
                .inNamespace(given.object.getMetadata().getNamespace())
                .list()
                .getItems()
                .stream()
                .collect(Collectors.toMap(
                        s -> s.getMetadata().getUid(),
                        s -> Objects.requireNonNullElse(s.getMetadata().getAnnotations(), Map.of())));
    }

    private String subscribe(
            Given given,
            Resolved.@Nullable At ofChannel,
            SubscriberSpec subscriber,
            String uid,
            Map<String, Map<String, String>> annotations) {
        if (uid.isEmpty()) {
            return "the subscriber has no uid";
        }
        try {
            var sink = ofChannel;
            if (subscriber.delivery() == null) {
                if (sink == null && given.delivery != null && given.delivery.deadLetterSink() != null) {
                    return "the channel's dead letter sink leads nowhere";
                }
            } else {
                var own = subscriber.delivery().deadLetterSink();
                sink = null;
                if (own != null) {
                    switch (resolver.resolve(own, given.object.getMetadata().getNamespace())) {
                        case Resolved.At at -> sink = at;
                        case Resolved.Nowhere(var why) -> {
                            return "its dead letter sink: " + why;
                        }
                    }
                }
            }
            return carriers.subscribe(settings(given, sink, subscriber, uid, annotations.getOrDefault(uid, Map.of())));
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * @param sink the subscriber's dead letter sink, or the channel's where the subscriber has no delivery
     * @param annotations of its Subscription
     */
    static SubscriptionSettings settings(
            Given given,
            Resolved.@Nullable At sink,
            SubscriberSpec subscriber,
            String uid,
            Map<String, String> annotations) {
        var own = new HashMap<>(
                Objects.requireNonNullElse(given.object.getMetadata().getAnnotations(), Map.<String, String>of()));
        own.remove(DeliveryAnnotations.PAUSED); // it is said of one Subscription at a time
        own.putAll(annotations);
        var delivery = subscriber.delivery() == null ? given.delivery : subscriber.delivery();
        return new SubscriptionSettings(
                uid,
                given.object.getMetadata().getNamespace(),
                subscriber.name() == null || subscriber.name().isEmpty() ? uid : subscriber.name(),
                given.id(),
                subscriber.subscriberUri() == null ? null : URI.create(subscriber.subscriberUri()),
                subscriber.replyUri() == null ? null : URI.create(subscriber.replyUri()),
                DeliveryAnnotations.policy(delivery, own),
                Terms.of(KIND, null, sink == null ? null : sink.uri(), delivery == null ? null : delivery.format())
                        .withTrust(new Terms.Trust(
                                subscriber.subscriberCaCerts(),
                                subscriber.replyCaCerts(),
                                sink == null ? null : sink.caCerts()))
                        .annotated(own));
    }

    /** Takes the channel back with all its subscribers. */
    void remove(HasMetadata object) {
        var id = ChannelNames.messaging(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
        carriers.subscriptions(id).stream().map(SubscriptionSettings::uid).forEach(carriers::unsubscribe);
        carriers.drop(id);
    }

    /** What the bus remembers and Kubernetes does not. */
    void forgetOthers(Predicate<ChannelId> there) {
        carriers.forgetSubscriptions(s -> KIND.equals(s.terms().kind()) && !there.test(s.channel()));
        carriers.forgetChannels(id -> ChannelNames.isMessaging(id) && !there.test(id));
    }
}
