package dev.sluice.buses.claim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.codec.Attributes;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClaimChecksTest {
    private static final ChannelId CHANNEL = new ChannelId("default", "aloha");
    private static final ClaimLimits LIMITS = new ClaimLimits(100, 1_000, 0);

    @TempDir
    Path folder;

    private StubBus stub;
    private ClaimStore store;
    private ClaimChecks bus;

    @BeforeEach
    void open() {
        stub = StubBus.open(folder.resolve("bus"), new StubBus.Limits(20_000, 20_000, 0));
        stub.addChannel(CHANNEL);
        store = ClaimStore.open(folder.resolve("big"), LIMITS, Clock.systemUTC());
        bus = new ClaimChecks(stub, store);
    }

    @AfterEach
    void close() {
        bus.close();
    }

    private void reopen() {
        close();
        open();
    }

    private SubscriptionSettings subscribe(String uid, ChannelId channel) {
        var settings = new SubscriptionSettings(
                uid, channel.namespace(), uid, channel, URI.create("http://one/"), null, DeliveryPolicy.DEFAULT);
        bus.putSubscription(settings);
        return settings;
    }

    private static EventMessage binary(String id, int bytes) {
        return new EventMessage(
                Map.of("ce-specversion", "1.0", "ce-id", id, "ce-type", "t", "ce-source", "/s", "ce-more", "%C3%BC"),
                "x".repeat(bytes).getBytes(StandardCharsets.UTF_8),
                "t",
                "/s",
                id);
    }

    private Published publish(EventMessage... events) throws InterruptedException {
        return bus.publish(CHANNEL, List.of(events));
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder.resolve("big"))) {
            return files.filter(file -> file.toString().endsWith(".body")).toList();
        }
    }

    private static void done(Bus.Delivery delivery) {
        delivery.acknowledge().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void everySubscriptionGetsTheWholeEventAndTheLastOneDeletesWhatWasKept() throws Exception {
        subscribe("one", CHANNEL);
        subscribe("two", CHANNEL);
        var big = binary("big", 300);
        assertThat(publish(binary("small", 100), big)).isEqualTo(new Published.Accepted());

        assertThat(stub.feed("one").take().event().isKeptElsewhere()).isFalse();
        reopen(); // that one was not acknowledged
        for (var uid : List.of("one", "two")) {
            assertThat(store.bytes()).isEqualTo(300);
            var feed = bus.feed(uid);
            var small = feed.take();
            var whole = feed.take();
            assertThat(small.event().body()).hasSize(100);
            assertThat(whole.event().headers()).isEqualTo(big.headers());
            assertThat(whole.event().body()).isEqualTo(big.body());
            assertThat(whole.event().length()).isEqualTo(300);
            assertThat(Attributes.of(whole.event().reference()).get("more")).isEqualTo("ü");
            assertThat(whole.event().reference().length()).isZero();
            done(whole);
            done(small);
        }
        assertThat(store.bytes()).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void theAttributesOfAStructuredEventTravelWithItsClaimCheck() throws Exception {
        subscribe("one", CHANNEL);
        var json = "{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"/ü\",\"type\":\"t\",\"n\":7,"
                + "\"datacontenttype\":\"text/plain\",\"data\":\"" + "x".repeat(200) + "\"}";
        var old = "{\"cloudEventsVersion\":\"0.1\",\"eventID\":\"o\",\"source\":\"/s\",\"eventType\":\"t\","
                + "\"extensions\":{\"partitionkey\":\"k\"},\"data\":\"" + "x".repeat(200) + "\"}";
        var type = Map.of("content-type", "application/cloudevents+json", "ce-knativebrokerttl", "3");
        publish(new EventMessage(type, json.getBytes(StandardCharsets.UTF_8), "t", "/ü", "s"));
        publish(new EventMessage(type, old.getBytes(StandardCharsets.UTF_8), "t", "/s", "o"));

        var feed = bus.feed("one");
        for (var sent : List.of(json, old)) {
            var event = feed.take().event();
            assertThat(event.headers()).isEqualTo(type);
            assertThat(new String(event.body(), StandardCharsets.UTF_8)).isEqualTo(sent);
            var whole = Attributes.of(event);
            var check = Attributes.of(event.reference());
            assertThat(whole.names())
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(check.get(name)).isEqualTo(whole.get(name)));
        }
    }

    @Test
    void takesNothingMoreThanThereIsRoomForAndGoesOnWhenThereIsAgain() throws Exception {
        subscribe("one", CHANNEL);
        assertThat(publish(binary("a", 600))).isEqualTo(new Published.Accepted());
        assertThat(publish(binary("b", 300), binary("c", 300))).isInstanceOf(Published.Full.class);
        assertThat(store.bytes()).isEqualTo(600);
        assertThat(publish(binary("b", 400))).isEqualTo(new Published.Accepted());

        var feed = bus.feed("one");
        done(feed.take());
        assertThat(publish(binary("c", 600))).isEqualTo(new Published.Accepted());
        done(feed.take());
        assertThat(feed.take().event().id()).isEqualTo("c");
    }

    @Test
    void keepsNothingOfWhatItsBusRefuses() throws Exception {
        subscribe("one", CHANNEL);
        assertThat(bus.publish(new ChannelId("default", "other"), List.of(binary("a", 300))))
                .isInstanceOf(Published.UnknownChannel.class);
        while (publish(binary("fills", 50)) instanceof Published.Accepted) {
            assertThat(store.bytes()).isZero();
        }
        assertThat(publish(binary("a", 300))).isInstanceOf(Published.Full.class);
        assertThat(store.bytes()).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void aDeletedSubscriptionNeedsNothing() throws Exception {
        subscribe("one", CHANNEL);
        publish(binary("a", 300));
        bus.removeSubscription("one");
        assertThat(store.bytes()).isZero();
        publish(binary("nobody wants it", 300));
        assertThat(store.bytes()).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void aWorkflowKeepsWhatTheDispatcherHasHandedOver() throws Exception {
        subscribe("one", CHANNEL);
        publish(binary("a", 300));
        var delivery = bus.feed("one").take();
        var check = delivery.event().reference();
        delivery.handedOver("batch");
        done(delivery);
        reopen();

        assertThat(store.heldByWorkflows())
                .containsExactly(new ClaimStore.Held(ClaimCheck.claim(check).orElseThrow(), "one", "batch"));
        assertThat(store.whole(check, CHANNEL))
                .hasValueSatisfying(event -> assertThat(event.body()).hasSize(300));
        store.release(List.of(ClaimCheck.claim(check).orElseThrow()), "one");
        assertThat(store.bytes()).isZero();
        assertThat(store.whole(check, CHANNEL)).as("everybody is done with it").isEmpty();
    }

    /** A kill between the two notes of the end: the bus gives it again, and nothing is missing. */
    @Test
    void whatWasDoneBeforeAKillIsPassedOverAfterIt() throws Exception {
        subscribe("one", CHANNEL);
        publish(binary("a", 300), binary("b", 20));
        var claim = ClaimCheck.claim(bus.feed("one").take().event().reference()).orElseThrow();
        store.acknowledged(claim, "one");
        assertThat(files()).isEmpty();
        reopen();

        assertThat(bus.feed("one").take().event().id()).isEqualTo("b");
    }

    @Test
    void aClaimOfAnotherChannelLeadsNowhere() throws Exception {
        var other = new ChannelId("other", "aloha");
        stub.addChannel(other);
        subscribe("one", CHANNEL);
        subscribe("two", other);
        publish(binary("a", 300));
        var check = bus.feed("one").take().event().reference();

        stub.publish(other, List.of(check)); // as who writes into a bus may

        var got = bus.feed("two").take().event();
        assertThat(got.isKeptElsewhere()).isFalse();
        assertThat(got.body()).isEmpty();
    }

    @Test
    void anEventWhoseBodySomebodyHasDeletedIsGivenAsItsClaimCheck() throws Exception {
        subscribe("one", CHANNEL);
        publish(binary("a", 300));
        Files.delete(files().getFirst());
        reopen();

        var got = bus.feed("one").take();
        assertThat(ClaimCheck.claim(got.event())).isPresent();
        assertThat(got.event().id()).isEqualTo("a");
    }
}
