package dev.sluice.buses;

import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.buses.bus.BusRouter;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.claim.ClaimChecks;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.buses.connection.BusConnections;
import dev.sluice.buses.connection.BusKind;
import dev.sluice.buses.control.EventReconcilers;
import dev.sluice.buses.delivery.ClaimSweeper;
import dev.sluice.buses.delivery.CourierDeliveryActivities;
import dev.sluice.buses.delivery.Deliveries;
import dev.sluice.buses.delivery.ParkedCount;
import dev.sluice.buses.delivery.TemporalHandOver;
import dev.sluice.buses.dispatch.DispatchStats;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.eventtype.EventTypeCreator;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.ingress.Ingress;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.plane.ChannelHosts;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.send.Courier;
import dev.sluice.buses.send.HostResolver;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.workflows.delivery.DeliveryActivities;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.client.WorkflowClient;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The events role of one process, put together: bus, ingress, dispatcher, and what Temporal and Kubernetes need to be given.
 * Events flow from {@link #start}; the hosts of channels and changes of subscriptions come with the reconcilers.
 */
public final class Events implements AutoCloseable {
    private final EventsConfig config;
    private final ChannelNames names;
    private final BusRouter bus;
    private final ClaimSweeper sweeper;
    private final BusConnections connections;
    private final HostResolver resolver;
    private final Courier courier;
    private final Dispatcher dispatcher;
    private final Ingress ingress;
    private final DeliveryActivities activities;
    private final Deliveries deliveries;
    private final RecentEvents recent;
    private final ParkedCount parked;

    /** With numbers that nobody reads. */
    public Events(EventsConfig config, WorkflowClient temporal, HostResolver resolver) {
        this(config, temporal, resolver, new SimpleMeterRegistry());
    }

    /** @param registry for the numbers of ingress and delivery */
    public Events(EventsConfig config, WorkflowClient temporal, HostResolver resolver, MeterRegistry registry) {
        var clock = Clock.systemUTC();
        this.config = config;
        this.names = new ChannelNames(config.clusterDomain(), config.domain());
        this.bus = new BusRouter(
                StubBus.open(config.stateDir(), config.busLimits())); // and no other process has the folder
        var store = ClaimStore.open(config.stateDir().resolve("big"), config.claims(), clock);
        var carrier = new ClaimChecks(bus, store);
        var handOver = new TemporalHandOver(temporal);
        this.sweeper = new ClaimSweeper(store, bus, handOver);
        this.resolver = resolver;
        this.courier = new Courier(this::resolve);
        var metrics = new DeliveryMetrics(registry, clock);
        metrics.bigEvents(store::bytes);
        this.connections = new BusConnections(bus, metrics);
        this.recent = new RecentEvents(config.recent(), clock);
        this.dispatcher = new Dispatcher(
                carrier,
                courier,
                handOver,
                config.dispatchLimits(),
                clock,
                metrics,
                recent,
                config.stateDir().resolve("seen"));
        this.ingress = new Ingress(
                carrier, names, config.host(), config.port(), config.maxEventBytes(), clock, metrics, recent);
        this.activities = new CourierDeliveryActivities(dispatcher, courier, store, recent, clock);
        this.deliveries = new Deliveries(temporal);
        this.parked = new ParkedCount(deliveries, metrics);
    }

    /** Channels are here; everything else is asked for. */
    private Optional<InetSocketAddress> resolve(String host, int port) {
        return names.isBrokerHost(host) || names.channels(host).stream().anyMatch(bus::hasChannel)
                ? Optional.of(new InetSocketAddress(config.host(), port()))
                : resolver.resolve(host, port);
    }

    /** Takes events, and delivers what the bus remembers. */
    public Events start() {
        ingress.start();
        dispatcher.start();
        sweeper.start();
        parked.start();
        return this;
    }

    /** The port of the ingress, once started. */
    public int port() {
        return ingress.port();
    }

    /** For the worker of the queue {@code sluice-delivery}, whose workflows {@code Workflows.registerDelivery} registers. */
    public DeliveryActivities activities() {
        return activities;
    }

    /** For the CLI. */
    public Deliveries deliveries() {
        return deliveries;
    }

    /** For the CLI. */
    public RecentEvents recent() {
        return recent;
    }

    /** Without Kubernetes: what the reconciler of a Channel does. */
    public void registerChannel(ChannelId channel) {
        bus.addChannel(channel);
    }

    /** Without Kubernetes: what the reconcilers of a bus elsewhere and of a Channel do. Values as {@link BusConnections} knows them. */
    public void connect(String bus, BusKind kind, Map<String, String> values) {
        connections.connect(bus, kind, values);
    }

    /** Without Kubernetes: what the reconciler of a Channel does. */
    public void registerChannel(ChannelSettings channel) {
        bus.addChannel(channel);
    }

    /** Without Kubernetes: what the reconciler of a Subscription does. */
    public void register(SubscriptionSettings subscription) {
        dispatcher.put(subscription);
    }

    /** Without Kubernetes: what the deletion of a Subscription does. */
    public void unregister(String subscriptionUid) {
        dispatcher.remove(subscriptionUid);
    }

    /** Gives a subscription again what its channel took since then. Answers what keeps its bus from doing so. */
    public Optional<String> replay(String subscriptionUid, Instant since) {
        return dispatcher.replay(subscriptionUid, since);
    }

    /** By subscription uid. */
    public Map<String, DispatchStats> stats() {
        return dispatcher.stats();
    }

    /**
     * For the operator. {@code hosts} is told at once of the channels that the bus remembers, and then of every change; call it
     * after {@link #start}, when the ingress has its port.
     *
     * @param settings what Knative's ConfigMaps say, asked anew for every event
     */
    public List<Reconciler<? extends HasMetadata>> reconcilers(
            KubernetesClient client, ChannelHosts hosts, Supplier<EventingSettings> settings) {
        ingress.tell(new EventTypeCreator(client, settings));
        return EventReconcilers.of(
                client,
                bus,
                connections,
                dispatcher,
                names,
                config.clusterDomain(),
                new HostRule.Target.ToAddress(config.host(), port()),
                config.podsReach(),
                hosts,
                Clock.systemUTC());
    }

    /** Takes no more events, finishes the attempts in flight for a few seconds, and keeps the rest for the next start. */
    @Override
    public void close() {
        ingress.close();
        sweeper.close();
        parked.close();
        dispatcher.close();
        courier.close();
        bus.close();
    }
}
