package dev.sluice.buses.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of the stub bus over restarts. */
@Timeout(60)
class StubBusTest {
    private static final ChannelId CHANNEL = new ChannelId("default", "aloha");
    private static final StubBus.Limits ROOMY = new StubBus.Limits(64 << 20, 64 << 20, 0);

    @TempDir
    Path directory;

    private StubBus open() {
        return StubBus.open(directory, ROOMY);
    }

    private static SubscriptionSettings subscription(String uid) {
        return new SubscriptionSettings(
                uid,
                "default",
                uid,
                CHANNEL,
                URI.create("http://" + uid + ".default.svc.cluster.local/"),
                null,
                DeliveryPolicy.DEFAULT);
    }

    private static EventMessage event(String id) {
        return new EventMessage(
                Map.of("ce-id", id, "content-type", "text/plain"),
                ("body of " + id).getBytes(StandardCharsets.UTF_8),
                "dev.sluice.test",
                "/tests",
                id);
    }

    private static List<Bus.Delivery> takeAll(Bus bus, String uid) throws InterruptedException {
        var taken = new ArrayList<Bus.Delivery>();
        for (int left = bus.pending(uid); left > 0; left--) {
            taken.add(bus.feed(uid).take());
        }
        return taken;
    }

    private static List<String> ids(List<Bus.Delivery> deliveries) {
        return deliveries.stream().map(d -> d.event().id()).toList();
    }

    @Test
    void givesEveryEventToEverySubscriptionInOrder() throws Exception {
        try (var bus = open()) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            bus.putSubscription(subscription("two"));

            assertThat(bus.publish(CHANNEL, List.of(event("a"), event("b")))).isEqualTo(new Published.Accepted());

            assertThat(ids(takeAll(bus, "one"))).containsExactly("a", "b");
            assertThat(ids(takeAll(bus, "two"))).containsExactly("a", "b");
        }
    }

    @Test
    void remembersEverythingButWhatWasAcknowledged() throws Exception {
        String stamp;
        try (var bus = open()) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            bus.putSubscription(subscription("two"));
            bus.publish(CHANNEL, List.of(event("a"), event("b"), event("c")));
            var taken = takeAll(bus, "one");
            stamp = taken.get(1).stamp();
            taken.get(0).acknowledge().get();
            taken.get(2).acknowledge().get();
        }
        try (var bus = open()) {
            assertThat(bus.channels()).containsExactly(CHANNEL);
            assertThat(bus.subscriptions()).containsExactlyInAnyOrder(subscription("one"), subscription("two"));
            var again = takeAll(bus, "one");
            assertThat(ids(again)).containsExactly("b");
            assertThat(again.getFirst().stamp()).isEqualTo(stamp);
            assertThat(new String(again.getFirst().event().body(), StandardCharsets.UTF_8))
                    .isEqualTo("body of b");
            assertThat(again.getFirst().event().headers()).containsEntry("ce-id", "b");
            assertThat(ids(takeAll(bus, "two"))).containsExactly("a", "b", "c");
        }
    }

    @Test
    void neverGivesAStampTwiceEvenWhenNothingWasLeft() throws Exception {
        var stamps = new HashSet<String>();
        for (int start = 0; start < 4; start++) {
            try (var bus = open()) {
                bus.addChannel(CHANNEL);
                bus.putSubscription(subscription("one"));
                bus.publish(CHANNEL, List.of(event("a"), event("b")));
                for (var delivery : takeAll(bus, "one")) {
                    assertThat(stamps.add(delivery.stamp())).isTrue();
                    delivery.acknowledge().get();
                }
            }
        }
    }

    @Test
    void refusesWhatItHasNoRoomForAndTakesItWhenThereIsRoomAgain() throws Exception {
        try (var bus = StubBus.open(directory, new StubBus.Limits(1_000, 1_000, 0))) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            var accepted = 0;
            while (bus.publish(CHANNEL, List.of(event("e" + accepted))) instanceof Published.Accepted) {
                accepted++;
            }
            assertThat(accepted).isBetween(1, 10);
            assertThat(bus.publish(CHANNEL, List.of(event("late")))).isInstanceOf(Published.Full.class);

            bus.feed("one").take().acknowledge().get();

            assertThat(bus.publish(CHANNEL, List.of(event("late")))).isInstanceOf(Published.Accepted.class);
        }
    }

    @Test
    void oneFullChannelDoesNotShutOutAnother() throws Exception {
        var other = new ChannelId("default", "other");
        try (var bus = StubBus.open(directory, new StubBus.Limits(10_000, 500, 0))) {
            bus.addChannel(CHANNEL);
            bus.addChannel(other);
            bus.putSubscription(subscription("one"));
            while (bus.publish(CHANNEL, List.of(event("x"))) instanceof Published.Accepted) {
                // fill it
            }
            assertThat(bus.publish(other, List.of(event("y")))).isInstanceOf(Published.Accepted.class);
        }
    }

    @Test
    void refusesWhenTheDiskIsNearlyFull() throws Exception {
        try (var bus = StubBus.open(directory, new StubBus.Limits(1 << 20, 1 << 20, Long.MAX_VALUE))) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            assertThat(bus.publish(CHANNEL, List.of(event("a"))))
                    .isEqualTo(new Published.Full("the disk of the journal", Duration.ofSeconds(1)));
        }
    }

    @Test
    void forgetsASubscriptionWithAllThatWaitsForIt() throws Exception {
        try (var bus = open()) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            bus.putSubscription(subscription("two"));
            bus.publish(CHANNEL, List.of(event("a")));
            bus.removeSubscription("one");
            assertThatThrownBy(() -> bus.feed("one")).isInstanceOf(BusException.class);
        }
        try (var bus = open()) {
            assertThat(bus.subscriptions()).containsExactly(subscription("two"));
            assertThat(ids(takeAll(bus, "two"))).containsExactly("a");
        }
    }

    @Test
    void aDeletedSubscriptionGivesBackTheRoomOfWhatItsDispatcherHolds() throws Exception {
        try (var bus = StubBus.open(directory, new StubBus.Limits(20_000, 20_000, 0))) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            int most = fill(bus);
            var held = takeAll(bus, "one");
            assertThat(held).hasSize(most);

            bus.removeSubscription("one");

            bus.putSubscription(subscription("two"));
            assertThat(fill(bus)).isEqualTo(most);
            held.getFirst().acknowledge().get(); // late, and of nobody: it changes nothing
            assertThat(bus.publish(CHANNEL, List.of(event("0000")))).isInstanceOf(Published.Full.class);
        }
    }

    private static int fill(Bus bus) throws InterruptedException {
        int accepted = 0;
        while (bus.publish(CHANNEL, List.of(event("%04d".formatted(accepted)))) instanceof Published.Accepted) {
            accepted++;
        }
        return accepted;
    }

    @Test
    void countsWhatIsAcknowledgedTwiceOnce() throws Exception {
        try (var bus = open()) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            bus.publish(CHANNEL, List.of(event("a"), event("b")));
            var first = bus.feed("one").take();
            first.acknowledge().get();
            first.acknowledge().get();
            assertThat(bus.pending("one")).isEqualTo(1);
        }
    }

    @Test
    void refusesWhatItsRecordsHaveNoPlaceForAndKeepsItsRoom() throws Exception {
        try (var bus = StubBus.open(directory, new StubBus.Limits(300_000, 300_000, 0))) {
            bus.addChannel(CHANNEL);
            bus.putSubscription(subscription("one"));
            for (int i = 0; i < 10; i++) {
                assertThat(bus.publish(CHANNEL, List.of(event("x".repeat(65_536)))))
                        .isInstanceOf(Published.Refused.class);
                assertThat(bus.publish(CHANNEL, List.of(event("ü".repeat(32_768)))))
                        .isInstanceOf(Published.Refused.class);
            }
            assertThat(bus.publish(CHANNEL, List.of(event("ü".repeat(32_767))))).isEqualTo(new Published.Accepted());
        }
    }

    @Test
    void takesNothingForAChannelThatIsNotThere() throws Exception {
        try (var bus = open()) {
            assertThat(bus.publish(CHANNEL, List.of(event("a")))).isEqualTo(new Published.UnknownChannel());
            bus.addChannel(CHANNEL);
            bus.removeChannel(CHANNEL);
            assertThat(bus.publish(CHANNEL, List.of(event("a")))).isEqualTo(new Published.UnknownChannel());
            bus.addChannel(CHANNEL);
            assertThat(bus.publish(CHANNEL, List.of(event("a")))).isEqualTo(new Published.Accepted());
        }
    }

    @Test
    void letsNoSecondBusIntoItsStore() {
        try (var _ = open()) {
            assertThatThrownBy(this::open).hasMessageContaining("in use");
        }
    }

    static LongStream seeds() {
        return new Random(20_181_124).longs(12);
    }

    private static Set<String> of(Map<String, Set<String>> expected, String uid) {
        return Objects.requireNonNull(expected.get(uid));
    }

    /** Publications, acknowledgements and restarts in any order: what was accepted and not acknowledged is there, no more. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void holdsExactlyWhatIsAcceptedAndNotAcknowledged(long seed) throws Exception {
        var random = new Random(seed);
        var expected = new HashMap<String, Set<String>>(Map.of("one", new TreeSet<>(), "two", new TreeSet<>()));
        int next = 0;
        for (int start = 0; start < 4; start++) {
            try (var bus = open()) {
                bus.addChannel(CHANNEL);
                var held = new HashMap<String, List<Bus.Delivery>>();
                for (var uid : expected.keySet()) {
                    bus.putSubscription(subscription(uid));
                    var here = takeAll(bus, uid);
                    assertThat(new TreeSet<>(ids(here)))
                            .as("of %s at start %d", uid, start)
                            .isEqualTo(of(expected, uid));
                    held.put(uid, new ArrayList<>(here));
                }
                for (int step = 0; step < 40; step++) {
                    var uid = random.nextBoolean() ? "one" : "two";
                    var mine = Objects.requireNonNull(held.get(uid));
                    if (random.nextInt(3) > 0) {
                        var id = "e" + next++;
                        assertThat(bus.publish(CHANNEL, List.of(event(id)))).isInstanceOf(Published.Accepted.class);
                        expected.values().forEach(ids -> ids.add(id));
                        mine.add(bus.feed(uid).take());
                    } else if (!mine.isEmpty()) {
                        var delivery = mine.remove(random.nextInt(mine.size()));
                        delivery.acknowledge().get();
                        of(expected, uid).remove(delivery.event().id());
                    }
                }
            }
        }
    }
}
