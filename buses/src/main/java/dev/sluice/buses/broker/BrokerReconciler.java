package dev.sluice.buses.broker;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.Address;
import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.BrokerStatus;
import dev.sluice.buses.address.DestinationResolver;
import dev.sluice.buses.address.Resolved;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.plane.Carriers;
import dev.sluice.buses.plane.GatewayService;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a Broker take events: a channel on the bus that its class means, at its path of the one host that all Brokers have. */
@ControllerConfiguration(name = "broker", generationAwareEventProcessing = false) // annotations count
public final class BrokerReconciler implements Reconciler<Broker>, Cleaner<Broker> {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration LOOK_SOMETIMES = Duration.ofMinutes(2);

    private final Carriers carriers;
    private final ChannelNames names;
    private final GatewayService service;
    private final DestinationResolver resolver;
    private final Clock clock;

    public BrokerReconciler(
            Carriers carriers, ChannelNames names, GatewayService service, DestinationResolver resolver, Clock clock) {
        this.carriers = carriers;
        this.names = names;
        this.service = service;
        this.resolver = resolver;
        this.clock = clock;
    }

    /** What the bus remembers and Kubernetes does not: a cluster that was made anew, or a finalizer taken off by hand. */
    @Override
    public List<EventSource<?, Broker>> prepareEventSources(EventSourceContext<Broker> context) {
        var there = context.getClient().resources(Broker.class).inAnyNamespace().list().getItems().stream()
                .map(b -> ChannelNames.broker(
                        b.getMetadata().getNamespace(), b.getMetadata().getName()))
                .collect(Collectors.toSet());
        carriers.forgetChannels(id -> ChannelNames.isBroker(id) && !there.contains(id));
        return List.of();
    }

    @Override
    public UpdateControl<Broker> reconcile(Broker broker, Context<Broker> context) {
        if (!BrokerClass.ours(broker)) {
            return UpdateControl.noUpdate();
        }
        var meta = broker.getMetadata();
        var before = broker.getStatus();
        var said = new BrokerConditions(broker, before == null ? null : before.conditions(), clock.instant());
        var conditions = said.all();
        var id = ChannelNames.broker(meta.getNamespace(), meta.getName());
        var choice = BrokerClass.choose(broker, context.getClient()).given(carriers.carries(id));
        var problem =
                choice.bus() == null ? choice.problem() : carriers.carry(id, choice.bus(), arguments(broker, choice));
        service.ensureForBrokers(context.getClient());
        Address address = null;
        if (problem.isEmpty()) {
            said.carried(choice.problem());
            address = Address.http(names.url(id));
        } else {
            said.notCarried(choice.bus() != null, problem);
        }
        var sink = deadLetterSink(broker, conditions);
        var status = new BrokerStatus(
                meta.getGeneration(),
                conditions.list(),
                address,
                address == null ? null : List.of(address),
                sink == null ? null : sink.uri().toString(),
                sink == null ? null : sink.caCerts(),
                sink == null ? null : sink.audience());
        return written(broker, before, status)
                .rescheduleAfter(conditions.status("Ready").equals("True") ? LOOK_SOMETIMES : LOOK_AGAIN);
    }

    /** On Kafka the topic has the name that Knative's Kafka Broker gives it. */
    private static Map<String, String> arguments(Broker broker, BrokerClass.Choice choice) {
        if (!"kafka".equals(choice.bus())) {
            return Map.of();
        }
        var meta = broker.getMetadata();
        var arguments = new HashMap<>(choice.arguments());
        arguments.put("Topic", "knative-broker-" + meta.getNamespace() + "-" + meta.getName());
        return arguments;
    }

    private static UpdateControl<Broker> written(Broker broker, @Nullable BrokerStatus before, BrokerStatus status) {
        if (Objects.equals(status, before)) {
            return UpdateControl.noUpdate();
        }
        var patch = new Broker();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(broker.getMetadata().getName())
                .withNamespace(broker.getMetadata().getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch);
    }

    private Resolved.@Nullable At deadLetterSink(Broker broker, ConditionSet conditions) {
        var delivery = broker.getSpec() == null ? null : broker.getSpec().delivery();
        if (delivery == null || delivery.deadLetterSink() == null) {
            conditions.markTrue(
                    "DeadLetterSinkResolved", "DeadLetterSinkNotConfigured", "No dead letter sink is configured.");
            return null;
        }
        return switch (resolver.resolve(
                delivery.deadLetterSink(), broker.getMetadata().getNamespace())) {
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

    @Override
    public DeleteControl cleanup(Broker broker, Context<Broker> context) {
        carriers.drop(ChannelNames.broker(
                broker.getMetadata().getNamespace(), broker.getMetadata().getName()));
        return DeleteControl.defaultDelete();
    }
}
