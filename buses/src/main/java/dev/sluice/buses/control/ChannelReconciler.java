package dev.sluice.buses.control;

import dev.sluice.api.channels.Bus;
import dev.sluice.api.channels.Channel;
import dev.sluice.api.channels.ChannelSpec;
import dev.sluice.api.channels.ChannelStatus;
import dev.sluice.api.channels.ClusterBus;
import dev.sluice.api.channels.ObjectName;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.plane.GatewayService;
import dev.sluice.buses.plane.HostsRegistry;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
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
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a Channel take events: known to the bus, a Service to find it by, its hosts at the gateways. */
@ControllerConfiguration(name = "channel")
final class ChannelReconciler implements Reconciler<Channel>, Cleaner<Channel> {
    private static final String BY_BUS = "bus";

    private final dev.sluice.buses.bus.Bus bus;
    private final HostsRegistry hosts;
    private final ChannelNames names;
    private final GatewayService service;
    private final Clock clock;

    ChannelReconciler(
            dev.sluice.buses.bus.Bus bus,
            HostsRegistry hosts,
            ChannelNames names,
            GatewayService service,
            Clock clock) {
        this.bus = bus;
        this.hosts = hosts;
        this.names = names;
        this.service = service;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Channel>> prepareEventSources(EventSourceContext<Channel> context) {
        context.getPrimaryCache().addIndexer(BY_BUS, channel -> List.of(busKey(channel)));
        var buses = InformerEventSourceConfiguration.from(Bus.class, Channel.class)
                .withSecondaryToPrimaryMapper(b -> ids(
                        context,
                        "bus/" + b.getMetadata().getNamespace() + "/"
                                + b.getMetadata().getName()))
                .build();
        var clusterBuses = InformerEventSourceConfiguration.from(ClusterBus.class, Channel.class)
                .withSecondaryToPrimaryMapper(
                        b -> ids(context, "clusterBus/" + b.getMetadata().getName()))
                .build();
        return List.of(new InformerEventSource<>(buses, context), new InformerEventSource<>(clusterBuses, context));
    }

    private static Set<ResourceID> ids(EventSourceContext<Channel> context, String busKey) {
        return context.getPrimaryCache().byIndex(BY_BUS, busKey).stream()
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static String busKey(Channel channel) {
        var spec = channel.getSpec();
        if (spec == null) {
            return "";
        }
        return spec.bus() != null && !spec.bus().isEmpty()
                ? "bus/" + channel.getMetadata().getNamespace() + "/" + spec.bus()
                : "clusterBus/" + spec.clusterBus();
    }

    @Override
    public UpdateControl<Channel> reconcile(Channel channel, Context<Channel> context) {
        var meta = channel.getMetadata();
        var id = new ChannelId(meta.getNamespace(), meta.getName());
        var before = channel.getStatus();
        var conditions = new ConditionSet(
                "Ready",
                List.of("Provisioned", "Serviceable", "Routeable"),
                before == null ? null : before.conditions(),
                clock.instant());
        var spec = channel.getSpec() == null ? new ChannelSpec(null, null, null, null) : channel.getSpec();
        var problem = Buses.problem(spec, meta.getNamespace(), context.getClient());
        if (problem.isPresent()) {
            conditions.markFalse(
                    "Provisioned", problem.get().reason(), problem.get().message());
            hosts.remove(id);
            bus.removeChannel(id);
            conditions.markUnknown("Routeable", "NotProvisioned", "the bus does not carry the channel");
        } else {
            provision(id, spec, context.getClient(), conditions);
            hosts.add(id);
            conditions.markTrue("Routeable");
        }
        var foreign = service.ensure(
                context.getClient(), channel, ChannelNames.service(meta.getName()), Map.of("channel", meta.getName()));
        if (foreign.isPresent()) {
            conditions.markFalse("Serviceable", "ServiceNotOwned", foreign.get());
        } else {
            conditions.markTrue("Serviceable");
        }
        var domain = names.internal(id);
        var status = new ChannelStatus(
                meta.getGeneration(),
                foreign.isPresent() ? null : new ObjectName(ChannelNames.service(meta.getName())),
                null,
                domain,
                new ChannelStatus.Address("http://" + domain + "/"),
                conditions.list());
        if (Objects.equals(status, before)) {
            return UpdateControl.<Channel>noUpdate().rescheduleAfter(Buses.again(status.conditions()));
        }
        var patch = new Channel();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(meta.getName())
                .withNamespace(meta.getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch).rescheduleAfter(Buses.again(status.conditions()));
    }

    /** A bus that does not answer gets it as soon as it does; senders are told 503 until then. */
    private void provision(ChannelId id, ChannelSpec spec, KubernetesClient client, ConditionSet conditions) {
        var name = Buses.connection(spec, id.namespace(), client);
        try {
            bus.addChannel(new ChannelSettings(id, name, Buses.arguments(spec)));
            conditions.markTrue("Provisioned");
        } catch (BusException e) {
            conditions.markFalse("Provisioned", "BusUnavailable", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public DeleteControl cleanup(Channel channel, Context<Channel> context) {
        var id = new ChannelId(
                channel.getMetadata().getNamespace(), channel.getMetadata().getName());
        hosts.remove(id);
        bus.removeChannel(id);
        return DeleteControl.defaultDelete(); // Service and endpoints follow their owner
    }
}
