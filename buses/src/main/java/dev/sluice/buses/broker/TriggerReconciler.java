package dev.sluice.buses.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.EventingNames;
import dev.sluice.api.eventing.Trigger;
import dev.sluice.api.eventing.TriggerSpec;
import dev.sluice.api.eventing.TriggerStatus;
import dev.sluice.buses.address.DestinationResolver;
import dev.sluice.buses.address.Readiness;
import dev.sluice.buses.address.Resolved;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.plane.Carriers;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Resolves a Trigger and gives it to the dispatcher; it is Ready once every later event of its Broker will reach it. */
@ControllerConfiguration(name = "trigger", generationAwareEventProcessing = false) // annotations count
public final class TriggerReconciler implements Reconciler<Trigger>, Cleaner<Trigger> {
    private static final String BY_BROKER = "broker";
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    /** What a reference leads to may be of a kind that nobody here watches. */
    private static final Duration LOOK_SOMETIMES = Duration.ofMinutes(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Carriers carriers;
    private final ChannelNames names;
    private final DestinationResolver resolver;
    private final Clock clock;

    public TriggerReconciler(Carriers carriers, ChannelNames names, DestinationResolver resolver, Clock clock) {
        this.carriers = carriers;
        this.names = names;
        this.resolver = resolver;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Trigger>> prepareEventSources(EventSourceContext<Trigger> context) {
        var there = context.getClient().resources(Trigger.class).inAnyNamespace().list().getItems().stream()
                .map(t -> t.getMetadata().getUid())
                .collect(Collectors.toSet());
        carriers.forgetSubscriptions(s -> s.terms().ofTrigger() && !there.contains(s.uid()));
        context.getPrimaryCache().addIndexer(BY_BROKER, trigger -> List.of(brokerKey(trigger)));
        var brokers = InformerEventSourceConfiguration.from(Broker.class, Trigger.class)
                .withSecondaryToPrimaryMapper(broker -> context
                        .getPrimaryCache()
                        .byIndex(
                                BY_BROKER,
                                broker.getMetadata().getNamespace() + "/"
                                        + broker.getMetadata().getName())
                        .stream()
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
                .build();
        return List.of(new InformerEventSource<>(brokers, context));
    }

    private static String brokerKey(Trigger trigger) {
        var spec = trigger.getSpec();
        return trigger.getMetadata().getNamespace() + "/" + (spec == null ? "" : spec.broker());
    }

    @Override
    public UpdateControl<Trigger> reconcile(Trigger trigger, Context<Trigger> context) {
        var meta = trigger.getMetadata();
        var spec = trigger.getSpec();
        if (spec == null || spec.broker() == null) {
            return UpdateControl.noUpdate();
        }
        var broker = context.getClient()
                .resources(Broker.class)
                .inNamespace(meta.getNamespace())
                .withName(spec.broker())
                .get();
        if (broker != null && !BrokerClass.ours(broker)) {
            return UpdateControl.noUpdate();
        }
        var before = trigger.getStatus();
        var conditions = new ConditionSet(
                "Ready",
                List.of(
                        "BrokerReady",
                        "DependencyReady",
                        "SubscriberResolved",
                        "DeadLetterSinkResolved",
                        "SubscriptionReady",
                        "OIDCIdentityCreated"),
                before == null ? null : before.conditions(),
                clock.instant());
        conditions.markTrue("OIDCIdentityCreated", "authentication-oidc feature disabled", null);
        boolean brokerReady = broker(spec.broker(), broker, conditions);
        boolean dependency = dependency(trigger, conditions);
        var subscriber = subscriber(spec, meta.getNamespace(), conditions);
        var sink = deadLetterSink(spec, meta.getNamespace(), broker, conditions);
        boolean sinkFine = conditions.status("DeadLetterSinkResolved").equals("True");
        if (broker == null || !brokerReady || !dependency || subscriber == null || !sinkFine) {
            conditions.markUnknown("SubscriptionReady", "NotSubscribed", "what the Trigger needs is not there yet");
            carriers.subscription(meta.getUid()).ifPresent(known -> {
                var changed =
                        TriggerSettings.meanwhile(known, trigger, spec, broker, subscriber, sink, sinkFine, names);
                if (!changed.equals(known)) {
                    carriers.change(changed);
                }
                paused(trigger, conditions);
            });
        } else {
            var problem = carriers.subscribe(TriggerSettings.of(trigger, spec, broker, subscriber, sink, names));
            if (problem.isEmpty()) {
                conditions.markTrue("SubscriptionReady");
                paused(trigger, conditions);
            } else {
                conditions.markFalse("SubscriptionReady", "NotSubscribed", problem);
            }
        }
        var status = new TriggerStatus(
                meta.getGeneration(),
                conditions.list(),
                subscriber == null ? null : subscriber.uri().toString(),
                subscriber == null ? null : subscriber.caCerts(),
                subscriber == null ? null : subscriber.audience(),
                sink == null ? null : sink.uri().toString(),
                sink == null ? null : sink.caCerts(),
                sink == null ? null : sink.audience());
        return written(trigger, before, status)
                .rescheduleAfter(conditions.status("Ready").equals("True") ? LOOK_SOMETIMES : LOOK_AGAIN);
    }

    private static UpdateControl<Trigger> written(
            Trigger trigger, @Nullable TriggerStatus before, TriggerStatus status) {
        if (Objects.equals(status, before)) {
            return UpdateControl.noUpdate();
        }
        var patch = new Trigger();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(trigger.getMetadata().getName())
                .withNamespace(trigger.getMetadata().getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch);
    }

    /** For people: it does not bear on Ready, as what comes is kept and will be delivered. */
    private static void paused(Trigger trigger, ConditionSet conditions) {
        if (DeliveryAnnotations.paused(annotations(trigger))) {
            conditions.markTrue(
                    "Paused",
                    "PausedByAnnotation",
                    "its events wait until " + DeliveryAnnotations.PAUSED + " is taken off");
        } else {
            conditions.remove("Paused");
        }
    }

    private static boolean broker(String name, @Nullable Broker broker, ConditionSet conditions) {
        if (broker == null) {
            conditions.markFalse("BrokerReady", "BrokerDoesNotExist", "Broker \"" + name + "\" does not exist");
            return false;
        }
        var ready = Readiness.of(
                broker.getStatus() == null ? null : broker.getStatus().conditions());
        if (ready.isTrue()) {
            conditions.markTrue("BrokerReady");
            return true;
        }
        conditions.markFalse(
                "BrokerReady",
                Objects.requireNonNullElse(ready.reason(), "BrokerNotReady"),
                Objects.requireNonNullElse(ready.message(), "Broker \"" + name + "\" is not ready"));
        // one that has been ready keeps what it has taken flowing
        return false;
    }

    private boolean dependency(Trigger trigger, ConditionSet conditions) {
        var text = annotations(trigger).get(EventingNames.DEPENDENCY);
        if (text == null) {
            conditions.markTrue("DependencyReady");
            return true;
        }
        Optional<Readiness> ready;
        try {
            var reference = JSON.readTree(text);
            ready = resolver.find(
                            KReference.of(
                                    reference.path("apiVersion").asText(),
                                    reference.path("kind").asText(),
                                    null,
                                    reference.path("name").asText()),
                            trigger.getMetadata().getNamespace())
                    .map(Readiness::of);
        } catch (JsonProcessingException _) { // admission looks at it before
            ready = Optional.empty();
        }
        if (ready.isEmpty()) {
            conditions.markFalse("DependencyReady", "DependencyDoesNotExist", "Dependency does not exist: " + text);
            return false;
        }
        if (ready.get().isTrue()) {
            conditions.markTrue("DependencyReady");
            return true;
        }
        if (ready.get().status().equals("False")) {
            conditions.markFalse(
                    "DependencyReady", ready.get().reason(), ready.get().message());
        } else {
            conditions.markUnknown(
                    "DependencyReady", ready.get().reason(), ready.get().message());
        }
        return false;
    }

    private Resolved.@Nullable At subscriber(TriggerSpec spec, String namespace, ConditionSet conditions) {
        if (spec.subscriber() == null) {
            conditions.markFalse(
                    "SubscriberResolved", "Unable to get the Subscriber's URI", "the Trigger has no subscriber");
            return null;
        }
        return switch (resolver.resolve(spec.subscriber(), namespace)) {
            case Resolved.At at -> {
                conditions.markTrue("SubscriberResolved");
                yield at;
            }
            case Resolved.Nowhere(var why) -> {
                conditions.markFalse("SubscriberResolved", "Unable to get the Subscriber's URI", why);
                yield null;
            }
        };
    }

    /** The Trigger's own, else that of the Broker. */
    private Resolved.@Nullable At deadLetterSink(
            TriggerSpec spec, String namespace, @Nullable Broker broker, ConditionSet conditions) {
        if (spec.delivery() != null && spec.delivery().deadLetterSink() != null) {
            return switch (resolver.resolve(spec.delivery().deadLetterSink(), namespace)) {
                case Resolved.At at -> {
                    conditions.markTrue("DeadLetterSinkResolved");
                    yield at;
                }
                case Resolved.Nowhere(var why) -> {
                    conditions.markFalse("DeadLetterSinkResolved", "Unable to get the DeadLetterSink's URI", why);
                    yield null;
                }
            };
        }
        var status = broker == null ? null : broker.getStatus();
        if (status != null && status.deadLetterSinkUri() != null) {
            conditions.markTrue("DeadLetterSinkResolved");
            return new Resolved.At(
                    URI.create(status.deadLetterSinkUri()),
                    status.deadLetterSinkCaCerts(),
                    status.deadLetterSinkAudience());
        }
        conditions.markTrue(
                "DeadLetterSinkResolved", "DeadLetterSinkNotConfigured", "No dead letter sink is configured.");
        return null;
    }

    private static Map<String, String> annotations(Trigger trigger) {
        return Objects.requireNonNullElse(trigger.getMetadata().getAnnotations(), Map.of());
    }

    @Override
    public DeleteControl cleanup(Trigger trigger, Context<Trigger> context) {
        carriers.unsubscribe(trigger.getMetadata().getUid());
        return DeleteControl.defaultDelete();
    }
}
