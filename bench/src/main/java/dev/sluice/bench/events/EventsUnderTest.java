package dev.sluice.bench.events;

import dev.sluice.buses.Events;
import dev.sluice.buses.EventsConfig;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.connection.BusKind;
import dev.sluice.buses.send.HostResolver;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.Workflows;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The events role in a JVM of its own: {@code PORT STATE TEMPORAL BUS NAME=VALUE... URL...}, one subscription for each URL. */
final class EventsUnderTest {
    static final ChannelId CHANNEL = new ChannelId("default", "bench");
    static final String HOST = "bench-channel.default.svc.cluster.local";

    private EventsUnderTest() {}

    public static void main(String[] args) {
        var stubs = WorkflowServiceStubs.newServiceStubs(
                WorkflowServiceStubsOptions.newBuilder().setTarget(args[2]).build());
        var client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
        var config = EventsConfig.in(Path.of(args[1]), "localhost").withPort(Integer.parseInt(args[0]));
        var events = new Events(config, client, HostResolver.dns());
        var kind = BusKind.valueOf(args[3]);
        var values = new HashMap<String, String>();
        for (int i = 4; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            if (equals > 0) {
                values.put(args[i].substring(0, equals), args[i].substring(equals + 1));
            }
        }
        if (kind != BusKind.STUB) {
            events.connect(kind.word(), kind, values);
        }
        events.registerChannel(new ChannelSettings(CHANNEL, kind.word(), Map.of()));
        for (int i = 4; i < args.length; i++) {
            if (args[i].startsWith("http://")) {
                events.register(new SubscriptionSettings(
                        "s" + i, "default", "s" + i, CHANNEL, URI.create(args[i]), null, DeliveryPolicy.DEFAULT));
            }
        }
        var workers = WorkerFactory.newInstance(client);
        var worker = workers.newWorker(Wire.DELIVERY_QUEUE);
        Workflows.registerDelivery(worker);
        worker.registerActivitiesImplementations(events.activities());
        workers.start();
        events.start();
    }
}
