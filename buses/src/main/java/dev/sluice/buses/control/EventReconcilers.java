package dev.sluice.buses.control;

import dev.sluice.buses.address.DestinationResolver;
import dev.sluice.buses.broker.BrokerReconciler;
import dev.sluice.buses.broker.TriggerReconciler;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.channel.BackingChannels;
import dev.sluice.buses.channel.InMemoryChannelReconciler;
import dev.sluice.buses.channel.KafkaChannelReconciler;
import dev.sluice.buses.connection.BusConnections;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.eventtype.EventTypeReconciler;
import dev.sluice.buses.flow.ParallelReconciler;
import dev.sluice.buses.flow.SequenceReconciler;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.plane.Carriers;
import dev.sluice.buses.plane.ChannelHosts;
import dev.sluice.buses.plane.GatewayService;
import dev.sluice.buses.plane.HostsRegistry;
import dev.sluice.model.dataplane.HostRule;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the reconcilers of all groups. */
public final class EventReconcilers {
    /** @param ingress where the gateways send the hosts of channels; they are told of the remembered ones at once */
    public static List<Reconciler<? extends HasMetadata>> of(
            KubernetesClient client,
            Bus bus,
            BusConnections connections,
            Dispatcher dispatcher,
            ChannelNames names,
            String clusterDomain,
            HostRule.Target.ToAddress ingress,
            @Nullable InetSocketAddress podsReach,
            ChannelHosts hosts,
            Clock clock) {
        var registry = new HostsRegistry(hosts, names, ingress, bus.channels());
        var carriers = new Carriers(bus, dispatcher, registry);
        var service = new GatewayService(podsReach);
        var resolver = new DestinationResolver(client, clusterDomain);
        return List.of(
                new BusReconciler(connections, clock),
                new ClusterBusReconciler(connections, clock),
                new ChannelReconciler(bus, registry, names, service, clock),
                new SubscriptionReconciler(bus, dispatcher, clusterDomain, clock),
                new BrokerReconciler(carriers, names, service, resolver, clock),
                new TriggerReconciler(carriers, names, resolver, clock),
                new EventTypeReconciler(resolver, clock),
                new dev.sluice.buses.channel.ChannelReconciler(clock),
                new InMemoryChannelReconciler(new BackingChannels(carriers, names, service, resolver, clock)),
                new KafkaChannelReconciler(new BackingChannels(carriers, names, service, resolver, clock)),
                new dev.sluice.buses.channel.SubscriptionReconciler(resolver, clock),
                new SequenceReconciler(clock),
                new ParallelReconciler(clock));
    }

    private EventReconcilers() {}
}
