package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Channels that change their bus: what was accepted before, meanwhile and afterwards is given. */
@Timeout(60)
class BusRouterMovesTest {
    private static final ChannelId C = new ChannelId("default", "c");
    private static final ChannelSettings NEAR = ChannelSettings.local(C);
    private static final ChannelSettings ON_KAFKA = new ChannelSettings(C, "kafka", Map.of());
    private static final ChannelSettings ON_RABBIT = new ChannelSettings(C, "rabbit", Map.of());
    private static final SubscriptionSettings F =
            new SubscriptionSettings("f", "default", "f", C, URI.create("http://f/"), null, DeliveryPolicy.DEFAULT);

    @TempDir
    Path here;

    @TempDir
    Path there;

    @TempDir
    Path further;

    private BusRouter router;
    private StubBus kafka;
    private StubBus rabbit;

    private static StubBus stub(Path directory) {
        return StubBus.open(directory, new StubBus.Limits(1 << 20, 1 << 20, 0));
    }

    @BeforeEach
    void open() {
        router = new BusRouter(stub(here), new Drained.Patience(Duration.ZERO, Duration.ofMillis(200)));
        kafka = stub(there);
        rabbit = stub(further);
        router.attach("kafka", kafka);
        router.attach("rabbit", rabbit);
    }

    @AfterEach
    void close() {
        router.close();
    }

    private void restart() {
        router.close();
        open();
    }

    private void begins(ChannelSettings at) {
        router.addChannel(at);
        router.putSubscription(F);
        accepts("1");
    }

    private void accepts(String id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> router.publish(C, List.of(BusContract.event(id))) instanceof Published.Accepted);
    }

    private void gets(String id) throws Exception {
        var taking = new FutureTask<>(() -> router.feed("f").take());
        Thread.ofVirtual().start(taking);
        var delivery = taking.get(30, TimeUnit.SECONDS);
        assertThat(delivery.event().id()).isEqualTo(id);
        delivery.acknowledge().get(30, TimeUnit.SECONDS);
    }

    private void staysUntilItIsTaken(ChannelSettings to) throws Exception {
        var from = router.carrier(C);
        assertThatThrownBy(() -> router.addChannel(to))
                .isInstanceOf(BusException.class)
                .hasMessageContaining("still has 1 events");
        assertThat(router.carrier(C)).isEqualTo(from);
        gets("1");

        router.addChannel(to);

        assertThat(router.carrier(C)).isEqualTo(to.bus());
        accepts("2"); // before anybody puts the subscription again
        restart();
        assertThat(router.carrier(C)).isEqualTo(to.bus());
        gets("2");
        accepts("3");
        gets("3");
    }

    private void hasNothingLeft(StubBus bus) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> bus.channels().isEmpty() && bus.subscriptions().isEmpty());
    }

    @Test
    void fromElsewhereToTheLocalBus() throws Exception {
        begins(ON_KAFKA);
        staysUntilItIsTaken(NEAR);
        hasNothingLeft(kafka);
    }

    @Test
    void fromElsewhereToElsewhere() throws Exception {
        begins(ON_KAFKA);
        staysUntilItIsTaken(ON_RABBIT);
        hasNothingLeft(kafka);
        router.addChannel(ON_KAFKA); // and back
        accepts("4");
        gets("4");
        hasNothingLeft(rabbit);
        assertThat(kafka.subscriptions()).containsExactly(F);
    }

    @Test
    void fromTheLocalBusToElsewhere() throws Exception {
        begins(NEAR);
        staysUntilItIsTaken(ON_KAFKA);
    }

    @Test
    void whatComesBeforeItsSubscriptionIsPutAgainReachesIt() throws Exception {
        router.addChannel(NEAR);
        router.putSubscription(F);
        router.addChannel(ON_KAFKA);
        accepts("1");
        router.putSubscription(F);
        gets("1");
    }

    /** As an earlier version has left it: the channel is elsewhere, and what the local bus took of it is not delivered. */
    @Test
    void givesWhatTheLocalBusHasBeforeWhatComesElsewhere() throws Exception {
        router.close();
        try (var local = stub(here)) {
            local.addChannel(C);
            local.putSubscription(F);
            assertThat(local.publish(C, List.of(BusContract.event("1")))).isEqualTo(new Published.Accepted());
            local.removeChannel(C);
            local.remember(new Roster.Elsewhere(ON_KAFKA, false));
        }
        open();

        gets("1");
        await().atMost(Duration.ofSeconds(40)).until(() -> kafka.subscriptions().contains(F));
        accepts("2");
        gets("2");
    }

    @Test
    void aChannelThatIsDeletedElsewhereAndMadeAgainGivesWhatItHadFirst() throws Exception {
        begins(ON_KAFKA);
        router.removeChannel(C);
        assertThatThrownBy(() -> router.addChannel(ON_RABBIT)).hasMessageContaining("still has 1 events");
        assertThat(router.hasChannel(C)).isFalse();
        gets("1");
        router.addChannel(ON_RABBIT);
        accepts("2");
        gets("2");
        hasNothingLeft(kafka);
    }

    /** As a bus whose connection was made anew: it has not asked yet what its queues hold. */
    private static final class Forgetful implements InvocationHandler {
        private final StubBus bus;
        private volatile Set<String> begun = Set.of();
        private volatile Optional<String> trouble = Optional.of("it is away");

        Forgetful(StubBus bus) {
            this.bus = bus;
        }

        Bus asBus() {
            return (Bus) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Bus.class}, this);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (trouble.isPresent()
                    && !Set.of("trouble", "subscriptions", "pending", "equals", "hashCode", "close")
                            .contains(method.getName())) {
                throw new BusException(trouble.get());
            }
            return switch (method.getName()) {
                case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                case "hashCode" -> System.identityHashCode(proxy);
                case "trouble" -> trouble;
                case "subscriptions" ->
                    bus.subscriptions().stream()
                            .filter(s -> begun.contains(s.uid()))
                            .toList();
                case "pending" -> begun.contains(arguments[0]) ? bus.pending((String) arguments[0]) : 0;
                case "putSubscription" -> {
                    begun = Set.of(((SubscriptionSettings) arguments[0]).uid());
                    yield method.invoke(bus, arguments);
                }
                default -> method.invoke(bus, arguments);
            };
        }
    }

    @Test
    void staysOnABusThatDoesNotKnowYetWhatItHas() throws Exception {
        begins(ON_KAFKA);
        router.close();
        router = new BusRouter(stub(here), new Drained.Patience(Duration.ZERO, Duration.ofMillis(200)));
        kafka = stub(there);
        rabbit = stub(further);
        var away = new Forgetful(kafka);
        router.attach("kafka", away.asBus());
        router.attach("rabbit", rabbit);

        assertThatThrownBy(() -> router.addChannel(ON_RABBIT)).hasMessageContaining("it is away");
        away.trouble = Optional.empty();
        await().atMost(Duration.ofSeconds(40)).until(() -> !away.begun.isEmpty());
        assertThatThrownBy(() -> router.addChannel(ON_RABBIT)).hasMessageContaining("still has 1 events");
        gets("1");
        router.addChannel(ON_RABBIT);
        accepts("2");
        gets("2");
    }

    @Test
    void movesUnderLoadAndLosesNothing() throws Exception {
        router.close();
        router = new BusRouter(stub(here), new Drained.Patience(Duration.ZERO, Duration.ofSeconds(30)));
        kafka = stub(there);
        router.attach("kafka", kafka);
        router.addChannel(NEAR);
        router.putSubscription(F);
        var accepted = new LinkedBlockingQueue<String>();
        var stop = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var taken = ConcurrentHashMap.<String>newKeySet();
            var taker = threads.submit(() -> {
                while (true) {
                    var delivery = router.feed("f").take();
                    taken.add(delivery.event().id());
                    var _ = delivery.acknowledge();
                }
            });
            var sender = threads.submit(() -> {
                for (int i = 0; !stop.get(); i++) {
                    var id = Integer.toString(i);
                    if (router.publish(C, List.of(BusContract.event(id))) instanceof Published.Accepted) {
                        accepted.add(id);
                    }
                }
                return null;
            });
            await().until(() -> accepted.size() > 100);
            router.addChannel(ON_KAFKA);
            int before = accepted.size();
            await().until(() -> accepted.size() > before + 100);
            stop.set(true);
            sender.get();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(taken).containsAll(accepted));
            taker.cancel(true);
        }
        assertThat(router.carrier(C)).isEqualTo("kafka");
    }

    /** Its bus was told of the move before it was killed, or never. */
    @Test
    void aBusThatHearsOfTheMoveLaterIsNoneThatHasTheDeletedChannel() throws Exception {
        begins(ON_RABBIT);
        gets("1");
        router.addChannel(NEAR);
        router.detach("rabbit");
        router.removeChannel(C);

        router.addChannel(NEAR);

        assertThat(router.carrier(C)).isEqualTo(ChannelSettings.LOCAL);
        accepts("2");
        gets("2");
    }

    @Test
    void staysWhereItIsWhileWhatItHasThereIsNotKnown() {
        router.addChannel(ON_KAFKA);
        router.putSubscription(F);
        router.detach("kafka");
        assertThatThrownBy(() -> router.addChannel(NEAR)).hasMessage("bus kafka is not connected");
        assertThat(router.carrier(C)).isEqualTo("kafka");
    }
}
