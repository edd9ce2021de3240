package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two stub buses stand for the local one and one elsewhere. */
@Timeout(60)
class BusRouterTest {
    private static final ChannelId FAR = new ChannelId("default", "far");
    private static final ChannelId NEAR = new ChannelId("default", "near");
    private static final ChannelSettings ON_KAFKA = new ChannelSettings(FAR, "kafka", Map.of("NumPartitions", "3"));

    @TempDir
    Path here;

    @TempDir
    Path there;

    private BusRouter router;

    private static StubBus stub(Path directory) {
        return StubBus.open(directory, new StubBus.Limits(1 << 20, 1 << 20, 0));
    }

    @BeforeEach
    void open() {
        router = new BusRouter(stub(here));
    }

    @AfterEach
    void close() {
        router.close();
    }

    private static SubscriptionSettings subscription(String uid, ChannelId channel) {
        return new SubscriptionSettings(
                uid, "default", uid, channel, URI.create("http://" + uid + "/"), null, DeliveryPolicy.DEFAULT);
    }

    private static LinkedBlockingQueue<Bus.Delivery> taking(Bus.Feed feed) {
        var taken = new LinkedBlockingQueue<Bus.Delivery>();
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    taken.add(feed.take());
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        return taken;
    }

    private static String next(LinkedBlockingQueue<Bus.Delivery> taken) throws InterruptedException {
        var delivery = taken.poll(30, TimeUnit.SECONDS);
        return delivery == null ? "nothing" : delivery.event().id();
    }

    private void accepts(ChannelId channel, String id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> router.publish(channel, List.of(BusContract.event(id))) instanceof Published.Accepted);
    }

    @Test
    void sendsEachChannelToTheBusThatItNames() throws Exception {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        router.addChannel(NEAR);
        router.putSubscription(subscription("f", FAR));
        router.putSubscription(subscription("n", NEAR));
        accepts(FAR, "1");
        accepts(NEAR, "2");

        assertThat(next(taking(router.feed("f")))).isEqualTo("1");
        assertThat(next(taking(router.feed("n")))).isEqualTo("2");
        assertThat(router.carrier(FAR)).isEqualTo("kafka");
        assertThat(router.channels()).containsExactlyInAnyOrder(FAR, NEAR);
    }

    @Test
    void isUnavailableAndNotUnknownUntilTheBusIsAttached() throws Exception {
        assertThatThrownBy(() -> router.addChannel(ON_KAFKA)).hasMessage("bus kafka is not connected");
        assertThatThrownBy(() -> router.putSubscription(subscription("f", FAR)))
                .hasMessage("bus kafka is not connected");
        router.close();
        router = new BusRouter(stub(here)); // remembered over a restart

        assertThat(router.hasChannel(FAR)).isTrue();
        assertThat(router.publish(FAR, List.of(BusContract.event("early"))))
                .isEqualTo(new Published.Unavailable("bus kafka is not connected"));
        assertThat(router.trouble("kafka")).contains("bus kafka is not connected");
        var taken = taking(router.feed("f"));

        router.attach("kafka", stub(there));

        await().atMost(Duration.ofSeconds(30)).until(() -> router.pending("f") == 0 && settled("f"));
        accepts(FAR, "1");
        assertThat(next(taken)).isEqualTo("1");
    }

    private boolean settled(String uid) throws InterruptedException {
        return router.publish(FAR, List.of()) instanceof Published.Accepted
                && router.subscriptions().stream().anyMatch(s -> s.uid().equals(uid));
    }

    @Test
    void saysOfARewindThatTheBusIsAwayAndNotThatItKeepsNothing() {
        assertThatThrownBy(() -> router.addChannel(ON_KAFKA)).isInstanceOf(BusException.class);
        assertThatThrownBy(() -> router.putSubscription(subscription("f", FAR))).isInstanceOf(BusException.class);

        assertThatThrownBy(() -> router.replay("f", Instant.EPOCH))
                .isInstanceOf(BusException.class)
                .hasMessage("bus kafka is not connected");

        router.addChannel(NEAR);
        router.putSubscription(subscription("n", NEAR));
        assertThat(router.replay("n", Instant.EPOCH).orElseThrow()).contains("does not keep events");
    }

    @Test
    void goesOnAfterTheConnectionIsReplaced() throws Exception {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        router.putSubscription(subscription("f", FAR));
        var taken = taking(router.feed("f"));
        accepts(FAR, "1");
        assertThat(next(taken)).isEqualTo("1");

        router.detach("kafka");
        assertThat(router.publish(FAR, List.of(BusContract.event("lost"))))
                .isEqualTo(new Published.Unavailable("bus kafka is not connected"));
        router.attach("kafka", stub(there));

        assertThat(next(taken)).isEqualTo("1"); // it was not acknowledged
        accepts(FAR, "2");
        assertThat(next(taken)).isEqualTo("2");
    }

    @Test
    void movesASubscriptionThatWasThereBeforeItsChannel() throws Exception {
        router.attach("kafka", stub(there));
        router.putSubscription(subscription("f", FAR));
        var taken = taking(router.feed("f"));

        router.addChannel(ON_KAFKA);
        router.putSubscription(subscription("f", FAR));
        accepts(FAR, "1");

        assertThat(next(taken)).isEqualTo("1");
    }

    private void restart() {
        router.close();
        router = new BusRouter(stub(here));
    }

    private List<String> known(StubBus bus) {
        return bus.subscriptions().stream().map(SubscriptionSettings::uid).toList();
    }

    @Test
    void aBusThatWasAwayForgetsWhatWasDeletedMeanwhile() {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        router.putSubscription(subscription("f", FAR));
        router.putSubscription(subscription("g", FAR));
        restart();

        router.removeSubscription("f");
        assertThat(router.subscriptions()).containsExactly(subscription("g", FAR));
        restart(); // which must not forget that it is to be deleted

        var back = stub(there);
        assertThat(known(back)).containsExactlyInAnyOrder("f", "g");
        router.attach("kafka", back);
        await().atMost(Duration.ofSeconds(30)).until(() -> known(back).equals(List.of("g")));
    }

    @Test
    void aBusThatWasAwayForgetsAChannelThatWasDeletedMeanwhile() {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        restart();

        router.removeChannel(FAR);
        assertThat(router.hasChannel(FAR)).isFalse();
        restart();
        assertThat(router.hasChannel(FAR)).isFalse();
        assertThat(router.channels()).isEmpty();

        var back = stub(there);
        assertThat(back.hasChannel(FAR)).isTrue();
        router.attach("kafka", back);
        await().atMost(Duration.ofSeconds(30)).until(() -> !back.hasChannel(FAR));
    }

    @Test
    void givesWhatADeletedChannelHadTakenAfterARestartToo() throws Exception {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        router.putSubscription(subscription("f", FAR));
        accepts(FAR, "1");
        router.removeChannel(FAR);
        assertThat(router.publish(FAR, List.of(BusContract.event("late")))).isEqualTo(new Published.UnknownChannel());
        restart();
        var taken = taking(router.feed("f"));

        var back = stub(there);
        router.attach("kafka", back);

        assertThat(next(taken)).isEqualTo("1");
        assertThat(router.hasChannel(FAR)).isFalse();
        await().atMost(Duration.ofSeconds(30)).until(() -> !back.hasChannel(FAR));
        router.removeSubscription("f");
        assertThat(known(back)).isEmpty();
        router.addChannel(FAR); // and the name is free for another bus
        assertThat(router.carrier(FAR)).isEqualTo("stub");
    }

    @Test
    void tellsABusWhichSubscriptionsAreNotNew() {
        var first = new LinkedBlockingQueue<String>();
        router.attach("kafka", recording(stub(there), first));
        router.addChannel(ON_KAFKA);
        router.putSubscription(subscription("f", FAR));
        assertThat(first.peek()).isEqualTo("f false");
        restart();

        var second = new LinkedBlockingQueue<String>();
        router.attach("kafka", recording(stub(there), second));

        await().atMost(Duration.ofSeconds(30)).until(() -> "f true".equals(second.peek()));
    }

    private static Bus recording(Bus bus, LinkedBlockingQueue<String> told) {
        return (Bus) Proxy.newProxyInstance(
                Bus.class.getClassLoader(), new Class<?>[] {Bus.class}, (self, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                    }
                    if (method.getName().equals("putSubscription") && arguments.length == 2) {
                        told.add(((SubscriptionSettings) arguments[0]).uid() + " " + arguments[1]);
                    }
                    return method.invoke(bus, arguments);
                });
    }

    @Test
    void oneChannelThatABusRefusesDoesNotKeepItFromTheOthers() throws Exception {
        var bad = new ChannelSettings(new ChannelId("default", "bad"), "kafka", Map.of());
        assertThatThrownBy(() -> router.addChannel(bad)).isInstanceOf(BusException.class);
        assertThatThrownBy(() -> router.addChannel(ON_KAFKA)).isInstanceOf(BusException.class);
        assertThatThrownBy(() -> router.putSubscription(subscription("f", FAR))).isInstanceOf(BusException.class);
        var taken = taking(router.feed("f"));
        var stub = stub(there);

        router.attach("kafka", (Bus) Proxy.newProxyInstance(
                Bus.class.getClassLoader(), new Class<?>[] {Bus.class}, (self, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                    }
                    if (method.getName().equals("addChannel") && arguments[0].equals(bad)) {
                        throw new BusException("an argument is not known");
                    }
                    return method.invoke(stub, arguments);
                }));
        await().atMost(Duration.ofSeconds(30)).until(() -> known(stub).equals(List.of("f")));

        accepts(FAR, "1");
        assertThat(next(taken)).isEqualTo("1");
    }

    @Test
    void forgetsAChannelElsewhere() throws Exception {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        router.removeChannel(FAR);
        assertThat(router.hasChannel(FAR)).isFalse();
        assertThat(router.publish(FAR, List.of(BusContract.event("1")))).isEqualTo(new Published.UnknownChannel());
    }
}
