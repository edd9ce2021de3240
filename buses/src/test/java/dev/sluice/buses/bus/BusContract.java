package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.claim.ClaimChecks;
import dev.sluice.buses.claim.ClaimLimits;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every bus promises. A subclass says how its own is opened, against the real thing. */
@Timeout(180)
public abstract class BusContract {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration RECONNECT = Duration.ofSeconds(30);

    /** Of this test alone, so that tests share a server. */
    protected final ChannelId channel =
            new ChannelId("default", "c" + UUID.randomUUID().toString().substring(0, 8));

    private Bus bus;
    private final Map<String, Drain> drains = new HashMap<>();

    /** A client of the same store as every other that the test opens. */
    protected abstract Bus open();

    /** How many events it gives without acknowledgement. */
    protected abstract int mostUnacknowledged();

    /** Whether an event behind an unacknowledged one may come again after a restart although it was acknowledged. */
    protected abstract boolean keepsPrefixOnly();

    /** The server, for buses that have one. */
    protected @Nullable Server server() {
        return null;
    }

    /** The real thing, which the test stops and starts again. */
    protected interface Server {
        /** As with kill -9. */
        void kill();

        void start();
    }

    @BeforeEach
    void openBus() {
        bus = open();
        bus.addChannel(settings(channel));
    }

    @AfterEach
    void closeBus() {
        drains.values().forEach(Drain::stop);
        for (var subscription : bus.subscriptions()) {
            bus.removeSubscription(subscription.uid());
        }
        bus.removeChannel(channel);
        bus.close();
    }

    protected ChannelSettings settings(ChannelId id) {
        return ChannelSettings.local(id);
    }

    protected final Bus bus() {
        return bus;
    }

    /** As a restart of the process: what was given and not acknowledged is in nobody's hands. */
    protected final void reopen() {
        drains.values().forEach(Drain::stop);
        drains.clear();
        var before = bus.subscriptions();
        bus.close();
        bus = open();
        bus.addChannel(settings(channel));
        before.forEach(bus::putSubscription);
    }

    protected final SubscriptionSettings subscribe(String name) {
        var subscription = subscription(name);
        bus.putSubscription(subscription);
        return subscription;
    }

    private SubscriptionSettings subscription(String name) {
        return new SubscriptionSettings(
                channel.name() + "-" + name,
                "default",
                name,
                channel,
                URI.create("http://" + name + ".default.svc.cluster.local/"),
                null,
                DeliveryPolicy.DEFAULT);
    }

    protected static EventMessage event(String id) {
        return event(id, null);
    }

    protected static EventMessage event(String id, @Nullable String key) {
        var headers = new TreeMap<>(Map.of(
                "ce-specversion",
                "1.0",
                "ce-id",
                id,
                "ce-type",
                "dev.sluice.test",
                "ce-source",
                "/tests",
                "content-type",
                "text/plain"));
        if (key != null) {
            headers.put("ce-partitionkey", key);
        }
        return new EventMessage(
                headers, ("body of " + id).getBytes(StandardCharsets.UTF_8), "dev.sluice.test", "/tests", id);
    }

    protected final void publish(String... ids) throws InterruptedException {
        for (var id : ids) {
            publish(event(id));
        }
    }

    private void publish(EventMessage... events) throws InterruptedException {
        assertThat(bus.publish(channel, List.of(events))).isEqualTo(new Published.Accepted());
    }

    private static String[] numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    /** Takes what the subscription is given, on a thread of its own. */
    protected static final class Drain {
        private final LinkedBlockingQueue<Bus.Delivery> taken = new LinkedBlockingQueue<>();
        private final Thread taker;

        Drain(Bus.Feed feed) {
            taker = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        taken.add(feed.take());
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        public List<Bus.Delivery> next(int count) throws InterruptedException {
            var next = new ArrayList<Bus.Delivery>();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (next.size() < count) {
                var delivery = taken.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (delivery == null) {
                    throw new AssertionError("got " + ids(next) + ", expected " + count);
                }
                next.add(delivery);
            }
            return next;
        }

        /** What has come and was not asked for. */
        public int waiting() {
            return taken.size();
        }

        void stop() {
            taker.interrupt();
            try {
                taker.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    protected final Drain drain(SubscriptionSettings subscription) {
        return drains.computeIfAbsent(subscription.uid(), uid -> new Drain(bus.feed(uid)));
    }

    private void stopDraining(SubscriptionSettings subscription) {
        var drain = drains.remove(subscription.uid());
        if (drain != null) {
            drain.stop();
        }
    }

    protected static List<String> ids(List<Bus.Delivery> deliveries) {
        return deliveries.stream().map(d -> d.event().id()).toList();
    }

    protected static void acknowledge(List<Bus.Delivery> deliveries) {
        deliveries.forEach(d -> d.acknowledge().orTimeout(60, TimeUnit.SECONDS).join());
    }

    /** Over a lost connection: what could not be acknowledged comes again, and that is all. */
    private static void acknowledgeIfItCan(List<Bus.Delivery> deliveries) {
        deliveries.forEach(d -> d.acknowledge()
                .orTimeout(60, TimeUnit.SECONDS)
                .exceptionally(e -> {
                    assertThat(e).isInstanceOf(BusException.class);
                    return null;
                })
                .join());
    }

    @Test
    void givesEveryEventAsItCameToEverySubscription() throws Exception {
        var one = subscribe("one");
        var two = subscribe("two");
        var structured = new EventMessage(
                Map.of("content-type", "application/cloudevents+json; charset=utf-8", "x-request-id", "r-1"),
                "{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"/ü\",\"type\":\"t\",\"partitionkey\":\"k\"}"
                        .getBytes(StandardCharsets.UTF_8),
                "t",
                "/ü",
                "s");
        var old = new EventMessage(
                Map.of(
                        "ce-cloudeventsversion", "0.1",
                        "ce-eventid", "o",
                        "ce-eventtype", "t",
                        "ce-source", "/s",
                        "ce-x-my-extension", "%20",
                        "knative-correlation-id", "c",
                        "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                new byte[] {0, 1, (byte) 255},
                "t",
                "/s",
                "o");
        var empty = new EventMessage(
                Map.of("ce-specversion", "1.0", "ce-id", "e", "ce-type", "t", "ce-source", "/s"),
                new byte[0],
                "t",
                "/s",
                "e");
        var large = new EventMessage(
                Map.of("ce-specversion", "1.0", "ce-id", "l", "ce-type", "t", "ce-source", "/s"),
                new byte[900_000],
                "t",
                "/s",
                "l");

        publish(structured, old);
        publish(empty);
        publish(large);

        for (var subscription : List.of(one, two)) {
            var byId = drain(subscription).next(4).stream()
                    .collect(Collectors.toMap(d -> d.event().id(), Bus.Delivery::event));
            for (var sent : List.of(structured, old, empty, large)) {
                assertThat(byId.get(sent.id())).satisfies(got -> {
                    assertThat(got.headers()).isEqualTo(sent.headers());
                    assertThat(got.body()).isEqualTo(sent.body());
                    assertThat(got.type()).isEqualTo(sent.type());
                    assertThat(got.source()).isEqualTo(sent.source());
                });
            }
        }
    }

    /** No bus takes 4 MiB, whatever mode the event is in. */
    @Test
    void carriesTheClaimCheckOfABigEvent(@TempDir Path folder) throws Exception {
        var one = subscribe("one");
        var data = "x".repeat(4 << 20);
        var structured = new EventMessage(
                Map.of("content-type", "application/cloudevents+json; charset=utf-8", "x-request-id", "r-1"),
                ("{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"/ü\",\"type\":\"t\",\"data\":\"" + data + "\"}")
                        .getBytes(StandardCharsets.UTF_8),
                "t",
                "/ü",
                "s");
        var old = new EventMessage(
                Map.of(
                        "ce-cloudeventsversion", "0.1",
                        "ce-eventid", "o",
                        "ce-eventtype", "t",
                        "ce-source", "/s",
                        "ce-x-my-extension", "%20",
                        "knative-correlation-id", "c"),
                data.getBytes(StandardCharsets.UTF_8),
                "t",
                "/s",
                "o");
        var checks = new ClaimChecks(bus, ClaimStore.open(folder, ClaimLimits.DEFAULT, Clock.systemUTC()));

        assertThat(checks.publish(channel, List.of(structured, old))).isEqualTo(new Published.Accepted());

        var feed = checks.feed(one.uid());
        for (int i = 0; i < 2; i++) {
            var delivery = feed.take();
            var sent = delivery.event().id().equals("s") ? structured : old;
            assertThat(delivery.event().headers()).isEqualTo(sent.headers());
            assertThat(Arrays.equals(delivery.event().body(), sent.body())).isTrue();
            acknowledge(List.of(delivery));
        }
    }

    @Test
    void oneSubscriptionDoesNotWaitForAnother() throws Exception {
        var quick = subscribe("quick");
        var stuck = subscribe("stuck");
        drain(stuck); // takes and never acknowledges
        var all = numbered("e", 200);
        publish(all);

        var got = drain(quick).next(all.length);
        acknowledge(got);

        assertThat(ids(got)).containsExactlyInAnyOrder(all);
        await().atMost(PATIENCE).until(() -> bus.pending(quick.uid()) == 0);
        assertThat(bus.pending(stuck.uid())).isPositive();
    }

    @Test
    void givesAgainWhatWasNotAcknowledged() throws Exception {
        var one = subscribe("one");
        publish("a", "b", "c");
        var first = drain(one).next(3);
        acknowledge(first.subList(0, 1));
        await().atMost(PATIENCE).until(() -> bus.pending(one.uid()) == 2);

        reopen();

        var again = drain(one).next(2);
        assertThat(ids(again)).containsExactlyInAnyOrder("b", "c");
        var stamps = first.stream().collect(Collectors.toMap(d -> d.event().id(), Bus.Delivery::stamp));
        assertThat(again)
                .allSatisfy(d ->
                        assertThat(d.stamp()).isEqualTo(stamps.get(d.event().id())));
    }

    @Test
    void acknowledgesOnlyTheFinishedPrefixOrEachByItself() throws Exception {
        var one = subscribe("one");
        var all = numbered("e", 20);
        publish(all);
        var taken = drain(one).next(20);
        acknowledge(taken.subList(0, 5));
        acknowledge(taken.subList(6, 20)); // all but the sixth
        await().atMost(PATIENCE).until(() -> bus.pending(one.uid()) == (keepsPrefixOnly() ? 15 : 1));

        reopen();

        var again = drain(one).next(keepsPrefixOnly() ? 15 : 1);
        assertThat(ids(again)).contains(taken.get(5).event().id());
        acknowledge(again);
        await().atMost(PATIENCE).until(() -> bus.pending(one.uid()) == 0);

        reopen();

        publish("last");
        assertThat(ids(drain(one).next(1))).containsExactly("last");
    }

    @Test
    void keepsTheBacklogOverARestart() throws Exception {
        var one = subscribe("one");
        var two = subscribe("two");
        publish(numbered("e", 50));
        acknowledge(drain(one).next(50));
        await().atMost(PATIENCE).until(() -> bus.pending(one.uid()) == 0);

        reopen();

        assertThat(ids(drain(two).next(50))).containsExactlyInAnyOrder(numbered("e", 50));
        await().atMost(PATIENCE).until(() -> bus.pending(two.uid()) == 50);
        assertThat(drain(one).waiting()).isZero();
    }

    @Test
    void keepsWhatNobodyTakesWhileTheSubscriptionIsPaused() throws Exception {
        var one = subscribe("one");
        publish(numbered("a", 10));
        acknowledge(drain(one).next(10));
        stopDraining(one); // as a paused subscription: nobody takes
        publish(numbered("b", 100));
        assertThat(bus.pending(one.uid())).isGreaterThanOrEqualTo(100);

        assertThat(ids(drain(one).next(100))).containsExactlyInAnyOrder(numbered("b", 100));
    }

    @Test
    void givesABoundedNumberWithoutAcknowledgement() throws Exception {
        int most = mostUnacknowledged();
        Assumptions.assumeTrue(most < 10_000, "it holds its events in memory anyway, within a limit of its own");
        var one = subscribe("one");
        var all = numbered("e", most + 200);
        for (int from = 0; from < all.length; from += 100) {
            publish(Arrays.stream(all, from, Math.min(all.length, from + 100))
                    .map(BusContract::event)
                    .toArray(EventMessage[]::new));
        }
        var drain = drain(one);
        await().atMost(PATIENCE).until(() -> drain.waiting() >= most);
        // one more acknowledgement lets at most one more come: the bound is the bus's, not a pause of the network
        var first = drain.next(most);
        assertThat(drain.waiting()).isZero();
        acknowledge(first);

        var rest = drain.next(200);
        acknowledge(rest);
        assertThat(new HashSet<>(ids(rest))).doesNotContainAnyElementsOf(ids(first));
        await().atMost(PATIENCE).until(() -> bus.pending(one.uid()) == 0);
    }

    @Test
    void aLaterSubscriptionBeginsWithWhatComesLater() throws Exception {
        var early = subscribe("early");
        publish("before");
        var late = subscribe("late");
        publish("after");

        assertThat(ids(drain(late).next(1))).containsExactly("after");
        assertThat(ids(drain(early).next(2))).containsExactlyInAnyOrder("before", "after");
    }

    @Test
    void forgetsADeletedSubscriptionWithWhatWaitedForIt() throws Exception {
        var one = subscribe("one");
        publish("a");
        bus.removeSubscription(one.uid());
        assertThat(bus.subscriptions()).isEmpty();
        subscribe("one");
        publish("b");

        assertThat(ids(drain(one).next(1))).containsExactly("b");
    }

    @Test
    void takesNothingForAChannelThatIsNotThere() throws Exception {
        var one = subscribe("one");
        publish("a");
        bus.removeChannel(channel);
        assertThat(bus.hasChannel(channel)).isFalse();
        assertThat(bus.publish(channel, List.of(event("b")))).isEqualTo(new Published.UnknownChannel());
        // what it took before is still delivered
        assertThat(ids(drain(one).next(1))).containsExactly("a");

        bus.addChannel(settings(channel));
        publish("c");
        assertThat(ids(drain(one).next(1))).containsExactly("c");
    }

    @Test
    void keepsTheOrderOfEachPartitionKey() throws Exception {
        var one = subscribe("one");
        var random = new Random(7);
        var sent = new HashMap<String, List<String>>();
        for (int i = 0; i < 200; i++) {
            var key = "k" + random.nextInt(5);
            publish(event(key + "-" + i, key));
            sent.computeIfAbsent(key, _ -> new ArrayList<>()).add(key + "-" + i);
        }

        var got = ids(drain(one).next(200)).stream()
                .collect(Collectors.groupingBy(id -> id.substring(0, id.indexOf('-'))));

        assertThat(got).isEqualTo(sent);
    }

    @Test
    void neverGivesAStampTwice() throws Exception {
        var one = subscribe("one");
        var stamps = new HashSet<String>();
        for (int start = 0; start < 3; start++) {
            publish(numbered("e" + start + "-", 20));
            var taken = drain(one).next(20);
            taken.forEach(d -> assertThat(stamps.add(d.stamp())).isTrue());
            acknowledge(taken);
            await().atMost(PATIENCE).until(() -> bus.pending(one.uid()) == 0);
            reopen();
        }
    }

    @Test
    void saysSoWhileTheServerIsDownAndGoesOnSoonAfterIsBack() throws Exception {
        var server = server();
        Assumptions.assumeTrue(server != null, "it has no server");
        var one = subscribe("one");
        publish("before");
        var drain = drain(one);
        acknowledge(drain.next(1));

        server.kill();
        try {
            await().atMost(RECONNECT)
                    .untilAsserted(() -> assertThat(bus.publish(channel, List.of(event("meanwhile"))))
                            .isInstanceOf(Published.Unavailable.class));
            await().atMost(RECONNECT).until(() -> bus.trouble().isPresent());
        } finally {
            server.start();
        }

        await().atMost(RECONNECT)
                .until(() -> bus.publish(channel, List.of(event("after"))) instanceof Published.Accepted);
        var came = new TreeSet<String>();
        while (!came.contains("after")) {
            var next = drain.next(1);
            came.addAll(ids(next));
            acknowledgeIfItCan(next);
        }
        // what was refused may have been stored all the same; nothing else comes
        assertThat(came).isSubsetOf(Set.of("before", "meanwhile", "after"));
        await().atMost(RECONNECT).until(() -> bus.trouble().isEmpty());
    }

    @Test
    void losesNothingAcceptedWhenTheServerIsKilledInMidStream() throws Exception {
        var server = server();
        Assumptions.assumeTrue(server != null, "it has no server");
        var one = subscribe("one");
        var accepted = new TreeSet<String>();
        var drain = drain(one);
        for (int i = 0; i < 300; i++) {
            if (i == 150) {
                server.kill();
                server.start();
            }
            if (bus.publish(channel, List.of(event("e" + i))) instanceof Published.Accepted) {
                accepted.add("e" + i);
            }
        }
        await().atMost(RECONNECT)
                .until(() -> bus.publish(channel, List.of(event("end"))) instanceof Published.Accepted);
        accepted.add("end");

        var missing = new TreeSet<>(accepted);
        while (!missing.isEmpty()) {
            var next = drain.next(1);
            missing.removeAll(ids(next));
            acknowledgeIfItCan(next);
        }
        assertThat(accepted).hasSizeGreaterThan(150);
    }
}
