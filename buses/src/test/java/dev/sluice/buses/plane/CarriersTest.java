package dev.sluice.buses.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.BusRouter;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.buses.dispatch.Dispatcher;
import dev.sluice.buses.dispatch.HandOver;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.send.Courier;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.dataplane.HostRule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarriersTest {
    @TempDir
    Path folder;

    /** Its senders are told 503 by the ingress, instead of 404 by a gateway. */
    @Test
    void theHostsOfAChannelAreKnownWhileItsBusIsAway() {
        var names = new ChannelNames("cluster.local", "localhost");
        var hosts = new AtomicReference<Set<String>>(Set.of());
        var metrics = new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC());
        var handOver = (HandOver) Proxy.newProxyInstance(
                HandOver.class.getClassLoader(), new Class<?>[] {HandOver.class}, (_, _, _) -> null);
        try (var bus = new BusRouter(StubBus.open(folder.resolve("bus"), StubBus.Limits.DEFAULT));
                var courier = new Courier((_, _) -> Optional.empty());
                var dispatcher = new Dispatcher(
                        bus,
                        courier,
                        handOver,
                        DispatchLimits.DEFAULT,
                        Clock.systemUTC(),
                        metrics,
                        folder.resolve("seen"))) {
            var registry = new HostsRegistry(
                    changed -> hosts.set(changed.keySet()),
                    names,
                    new HostRule.Target.ToAddress("127.0.0.1", 1),
                    bus.channels());
            var carriers = new Carriers(bus, dispatcher, registry);
            ChannelId channel = ChannelNames.messaging("ns", "c");

            assertThat(carriers.carry(channel, "kafka", Map.of())).isEqualTo("bus kafka is not connected");

            assertThat(hosts.get()).containsAll(names.hosts(channel));
        }
    }
}
