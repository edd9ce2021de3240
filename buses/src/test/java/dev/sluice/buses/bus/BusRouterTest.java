package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
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

    @Test
    void forgetsAChannelElsewhere() throws Exception {
        router.attach("kafka", stub(there));
        router.addChannel(ON_KAFKA);
        router.removeChannel(FAR);
        assertThat(router.hasChannel(FAR)).isFalse();
        assertThat(router.publish(FAR, List.of(BusContract.event("1")))).isEqualTo(new Published.UnknownChannel());
    }
}
