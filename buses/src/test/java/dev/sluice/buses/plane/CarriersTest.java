package dev.sluice.buses.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.BusRouter;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.dispatch.HandOver;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.send.Courier;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.dataplane.HostRule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarriersTest {
    @TempDir
    Path folder;

    private final ChannelNames names = new ChannelNames("cluster.local", "localhost");
    private final AtomicReference<Set<String>> hosts = new AtomicReference<>(Set.of());
    private final Courier courier = new Courier((_, _) -> Optional.empty());

    @AfterEach
    void close() {
        courier.close();
    }

    private Dispatcher dispatcher(Bus bus) {
        var handOver = (HandOver) Proxy.newProxyInstance(
                HandOver.class.getClassLoader(), new Class<?>[] {HandOver.class}, (_, _, _) -> null);
        return new Dispatcher(
                bus,
                courier,
                handOver,
                DispatchLimits.DEFAULT,
                Clock.systemUTC(),
                new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
                new RecentEvents(100, Clock.systemUTC()),
                folder.resolve("seen"));
    }

    private Carriers carriers(Bus bus, Dispatcher dispatcher) {
        var registry = new HostsRegistry(
                changed -> hosts.set(changed.keySet()),
                names,
                new HostRule.Target.ToAddress("127.0.0.1", 1),
                bus.channels());
        return new Carriers(bus, dispatcher, registry);
    }

    /** Its senders are told 503 by the ingress, instead of 404 by a gateway. */
    @Test
    void theHostsOfAChannelAreKnownWhileItsBusIsAway() {
        try (var bus = new BusRouter(StubBus.open(folder.resolve("bus"), StubBus.Limits.DEFAULT));
                var dispatcher = dispatcher(bus)) {
            ChannelId channel = ChannelNames.messaging("ns", "c");

            assertThat(carriers(bus, dispatcher).carry(channel, "kafka", Map.of()))
                    .isEqualTo("bus kafka is not connected");

            assertThat(hosts.get()).containsAll(names.hosts(channel));
        }
    }

    @Test
    void aChannelThatItsBusDoesNotDeleteKeepsNothingFromStarting() {
        try (var stub = StubBus.open(folder.resolve("bus"), StubBus.Limits.DEFAULT)) {
            var refused = ChannelNames.messaging("ns", "refused");
            var others = List.of(ChannelNames.messaging("ns", "a"), ChannelNames.messaging("ns", "b"));
            stub.addChannel(refused);
            others.forEach(stub::addChannel);
            var bus = (Bus) Proxy.newProxyInstance(
                    Bus.class.getClassLoader(), new Class<?>[] {Bus.class}, (_, method, arguments) -> {
                        if (method.getName().equals("removeChannel") && arguments[0].equals(refused)) {
                            throw new BusException("no");
                        }
                        return method.invoke(stub, arguments);
                    });
            try (var dispatcher = dispatcher(bus)) {
                carriers(bus, dispatcher).forgetChannels(_ -> true);
            }

            assertThat(stub.channels()).containsExactly(refused);
        }
    }
}
