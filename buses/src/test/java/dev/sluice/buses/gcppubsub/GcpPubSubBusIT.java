package dev.sluice.buses.gcppubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.api.gax.rpc.NotFoundException;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.bus.BusContract;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.faults.Wire;
import dev.sluice.testing.servers.PubSubServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against Google's emulator, which keeps its events while the way to it is killed. */
class GcpPubSubBusIT extends BusContract {
    @TempDir
    static Path folder;

    private static PubSubServer pubsub;
    private static Wire wire;
    private static int port;

    @BeforeAll
    static void startPubSub() throws IOException {
        pubsub = PubSubServer.start(folder.resolve("pubsub"));
        var listener = Wire.listen();
        port = listener.getLocalPort();
        wire = new Wire(listener, pubsub.port());
    }

    @AfterAll
    static void stopPubSub() {
        wire.close();
        pubsub.close();
    }

    @Override
    protected Bus open() {
        return new GcpPubSubBus("gcppubsub", reached());
    }

    private static GcpPubSubSettings reached() {
        return GcpPubSubSettings.parse(Map.of("GOOGLE_CLOUD_PROJECT", "sluice", "emulatorHost", "127.0.0.1:" + port));
    }

    @Override
    protected ChannelSettings settings(ChannelId id) {
        return new ChannelSettings(id, "gcppubsub", Map.of());
    }

    @Override
    protected int mostUnacknowledged() {
        return GcpPubSubFeed.MOST;
    }

    @Override
    protected boolean keepsPrefixOnly() {
        return false;
    }

    @Override
    protected Server server() {
        return new Server() {
            @Override
            public void kill() {
                pubsub.kill();
            }

            @Override
            public void start() {
                pubsub.start();
            }
        };
    }

    @Test
    void noticesANetworkThatSwallowsEverything() throws Exception {
        var one = subscribe("one");
        var drain = drain(one);
        publish("before");
        acknowledge(drain.next(1));

        wire.cut();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> bus().trouble().isPresent());
            assertThat(bus().publish(channel, List.of(event("meanwhile")))).isInstanceOf(Published.Unavailable.class);
        } finally {
            wire.mend();
        }

        await().atMost(Duration.ofSeconds(10))
                .until(() -> bus().publish(channel, List.of(event("after"))) instanceof Published.Accepted);
        assertThat(ids(drain.next(1))).containsExactly("after");
    }

    /** Which the service does not; but somebody may delete there what is ours. */
    @Test
    void makesTopicsAndSubscriptionsAgainWhenTheServerForgetsThem() throws Exception {
        var one = subscribe("one");
        var drain = drain(one);
        publish("before");
        acknowledge(drain.next(1));

        pubsub.forget();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> bus().publish(channel, List.of(event("after"))) instanceof Published.Accepted);
        assertThat(ids(drain.next(1))).containsExactly("after");
    }

    /** What such a subscription still holds would be lost with it, so a person has to take it away. */
    @Test
    void acceptsNothingForASubscriptionWhoseTopicWasDeleted() throws Exception {
        var one = subscribe("one");
        var drain = drain(one);
        publish("before");
        acknowledge(drain.next(1));
        try (var service = new GcpPubSubLink("somebody else", reached(), () -> {})) {
            service.start();
            var topic = "projects/sluice/topics/" + PubSubNames.topic("gcppubsub", channel.namespace(), channel.name());
            var _ = service.publisher()
                    .deleteTopicCallable()
                    .call(DeleteTopicRequest.newBuilder().setTopic(topic).build());

            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            bus().publish(channel, List.of(event("lost"))) instanceof Published.Unavailable(var why)
                                    && why.contains("takes from _deleted-topic_"));

            var subscription = "projects/sluice/subscriptions/"
                    + PubSubNames.subscription("gcppubsub", one.namespace(), one.name(), one.uid());
            var _ = service.subscriber()
                    .deleteSubscriptionCallable()
                    .call(DeleteSubscriptionRequest.newBuilder()
                            .setSubscription(subscription)
                            .build());
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> bus().publish(channel, List.of(event("after"))) instanceof Published.Accepted);
        assertThat(ids(drain.next(1))).containsExactly("after");
    }

    /** As where somebody else makes what there is. */
    @Test
    void worksWithoutThePermissionToMakeWhatIsThereAlready() throws Exception {
        var one = subscribe("one");
        publish("before");
        pubsub.deny(method -> method.contains("Create"));
        try {
            reopen();
            var drain = drain(one);
            acknowledge(drain.next(1));
            publish("after");
            assertThat(ids(drain.next(1))).containsExactly("after");

            pubsub.kill();
            pubsub.start();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> bus().publish(channel, List.of(event("later"))) instanceof Published.Accepted);
            assertThat(bus().trouble()).isEmpty();

            var other = new ChannelSettings(new ChannelId("default", "not-there"), "gcppubsub", Map.of());
            assertThatThrownBy(() -> bus().addChannel(other)).hasMessageContaining("PERMISSION_DENIED");
        } finally {
            pubsub.deny(_ -> false);
        }
    }

    /** The bus makes again what was lost while the answer about the deletion is on its way. */
    @Test
    void whatIsBeingDeletedIsNotMadeAgain() throws Exception {
        var one = subscribe("one");
        publish("before");
        var name = "projects/sluice/subscriptions/"
                + PubSubNames.subscription("gcppubsub", one.namespace(), one.name(), one.uid());
        try (var service = new GcpPubSubLink("somebody else", reached(), () -> {})) {
            service.start();
            service.with(
                    "deleting the topic",
                    () -> service.publisher()
                            .deleteTopicCallable()
                            .call(DeleteTopicRequest.newBuilder()
                                    .setTopic("projects/sluice/topics/"
                                            + PubSubNames.topic("gcppubsub", channel.namespace(), channel.name()))
                                    .build()));
            var deleted = new CountDownLatch(1);
            var madeAgain = new CountDownLatch(1);
            pubsub.beforeAnswers(method -> {
                if (method.endsWith("/DeleteSubscription") && deleted.getCount() > 0) {
                    deleted.countDown();
                    awaitOrGoOn(madeAgain);
                } else if (method.endsWith("/CreateSubscription") && deleted.getCount() == 0) {
                    madeAgain.countDown();
                }
            });
            var removal = Thread.ofVirtual().start(() -> bus().removeSubscription(one.uid()));
            assertThat(deleted.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(bus().publish(channel, List.of(event("tells that the topic is not there"))))
                    .isInstanceOf(Published.Unavailable.class);
            removal.join();
            await().atMost(Duration.ofSeconds(30)).until(() -> bus().trouble().isEmpty());

            assertThatThrownBy(() -> service.subscriber()
                            .getSubscriptionCallable()
                            .call(GetSubscriptionRequest.newBuilder()
                                    .setSubscription(name)
                                    .build()))
                    .isInstanceOf(NotFoundException.class);
        } finally {
            pubsub.beforeAnswers(_ -> {});
        }
    }

    /** Less than the client waits for an answer; where nothing is made again that is not waited for in vain. */
    private static void awaitOrGoOn(CountDownLatch latch) {
        try {
            var _ = latch.await(3, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void holdsAnEventForAsLongAsItsDeliveryTakes() throws Exception {
        var one = subscribe("one");
        var drain = drain(one);
        publish("slow");
        var slow = drain.next(1);

        // longer than the deadline that the service was given for it
        await().during(Duration.ofSeconds(GcpPubSubFeed.DEADLINE_SECONDS + 5L))
                .atMost(Duration.ofSeconds(60))
                .until(() -> drain.waiting() == 0);
        acknowledge(slow);
        await().until(() -> bus().pending(one.uid()) == 0);

        reopen();

        publish("next");
        assertThat(ids(drain(one).next(1))).containsExactly("next");
    }
}
