package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted while its bus is away, does not answer, or is being told. */
@Timeout(60)
class BusRouterDeletionsTest {
    private static final ChannelSettings FAR = onKafka("far");
    private static final ChannelSettings OTHER = onKafka("other");
    private static final ChannelId NEAR = new ChannelId("default", "near");

    @TempDir
    Path here;

    @TempDir
    Path there;

    private BusRouter router;
    private Far far;

    /** A stub bus that does not answer when the test says so, and waits before what the test names. */
    private static final class Far {
        private static final Set<String> QUESTIONS =
                Set.of("addChannel", "removeChannel", "putSubscription", "removeSubscription", "discard");

        final StubBus stub;
        final List<ChannelId> added = new CopyOnWriteArrayList<>();
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch free = new CountDownLatch(1);
        volatile String waitsBefore = "";
        volatile Optional<String> trouble = Optional.empty();
        /** One after the other: a subscription that is refused once, and what was told of channels and subscriptions. */
        volatile String refusesOnce = "";
        /** As buses do that are told at each start what they have. */
        volatile boolean forgets;

        final List<String> told = new CopyOnWriteArrayList<>();

        Far(StubBus stub) {
            this.stub = stub;
        }

        Bus bus() {
            return (Bus) Proxy.newProxyInstance(
                    Bus.class.getClassLoader(), new Class<?>[] {Bus.class}, (self, method, arguments) -> {
                        var name = method.getName();
                        if (name.equals("equals")) {
                            return System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                        }
                        if (name.equals("trouble")) {
                            return trouble;
                        }
                        if (name.equals("subscriptions") && forgets) {
                            return stub.subscriptions().stream()
                                    .filter(s -> told.contains("putSubscription " + s.uid()))
                                    .toList();
                        }
                        if (QUESTIONS.contains(name)) {
                            asked(name, arguments[0]);
                        }
                        try {
                            return method.invoke(stub, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private void asked(String name, Object what) throws InterruptedException {
            if (what instanceof ChannelSettings channel) {
                added.add(channel.id());
            }
            if (what instanceof SubscriptionSettings subscription
                    && subscription.uid().equals(refusesOnce)) {
                refusesOnce = "";
                throw new BusException("not now");
            }
            told.add(name + " " + (what instanceof SubscriptionSettings subscription ? subscription.uid() : what));
            if (name.equals(waitsBefore)) {
                reached.countDown();
                free.await();
            }
            trouble.ifPresent(why -> {
                throw new BusException(why);
            });
        }
    }

    private static ChannelSettings onKafka(String name) {
        return new ChannelSettings(new ChannelId("default", name), "kafka", Map.of());
    }

    private static StubBus stub(Path directory) {
        return StubBus.open(directory, new StubBus.Limits(1 << 20, 1 << 20, 0));
    }

    @BeforeEach
    void open() {
        router = new BusRouter(stub(here));
        attach("");
        router.addChannel(FAR);
        router.addChannel(OTHER);
    }

    @AfterEach
    void close() {
        router.close();
    }

    private void attach(String waitsBefore) {
        far = new Far(stub(there));
        far.waitsBefore = waitsBefore;
        router.attach("kafka", far.bus());
    }

    private void restart() {
        router.close();
        router = new BusRouter(stub(here));
    }

    private static SubscriptionSettings subscription(String uid, ChannelId channel) {
        return new SubscriptionSettings(
                uid, "default", uid, channel, URI.create("http://" + uid + "/"), null, DeliveryPolicy.DEFAULT);
    }

    private static <T> FutureTask<T> meanwhile(Callable<T> what) {
        var task = new FutureTask<>(what);
        Thread.ofVirtual().start(task);
        return task;
    }

    private FutureTask<Boolean> puttingMeanwhile(SubscriptionSettings subscription) {
        return meanwhile(() -> {
            router.putSubscription(subscription);
            return true;
        });
    }

    private List<String> known() {
        return far.stub.subscriptions().stream().map(SubscriptionSettings::uid).toList();
    }

    private void accepts(ChannelSettings channel, String id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        router.publish(channel.id(), List.of(BusContract.event(id))) instanceof Published.Accepted);
    }

    private String next(String uid) throws Exception {
        return meanwhile(() -> router.feed(uid).take().event().id()).get(30, TimeUnit.SECONDS);
    }

    @Test
    void aChannelThatIsMadeAgainWhileItsBusIsToldOfTheDeletionStays() throws Exception {
        router.putSubscription(subscription("f", FAR.id()));
        restart();
        router.removeSubscription("f");
        router.removeChannel(FAR.id());
        router.removeChannel(OTHER.id());

        attach("discard"); // which comes before the deletion of channels, and these in the order in which they are
        // added
        far.reached.await();
        var again = far.added.getFirst().equals(FAR.id()) ? FAR : OTHER;
        var last = again.equals(FAR) ? OTHER : FAR;
        var adding = meanwhile(() -> {
            router.addChannel(again);
            return true;
        });
        await().atMost(Duration.ofSeconds(30)).until(() -> router.hasChannel(again.id()));
        far.free.countDown();

        await().atMost(Duration.ofSeconds(30)).until(() -> !far.stub.hasChannel(last.id()));
        assertThat(adding.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(far.stub.hasChannel(again.id())).isTrue();
        accepts(again, "1");
    }

    @Test
    void aSubscriberThatComesBackWhileItsBusIsToldOfItsDeletionStays() throws Exception {
        router.putSubscription(subscription("f", FAR.id()));
        restart();
        router.removeSubscription("f");
        router.removeChannel(OTHER.id());

        attach("addChannel");
        far.reached.await();
        var putting = puttingMeanwhile(subscription("f", FAR.id()));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> putting.isDone() || !router.subscriptions().isEmpty());
        far.free.countDown();

        await().atMost(Duration.ofSeconds(30)).until(() -> !far.stub.hasChannel(OTHER.id())); // the last step
        assertThat(putting.get(30, TimeUnit.SECONDS)).isTrue();
        accepts(FAR, "1");
        assertThat(next("f")).isEqualTo("1");
        restart(); // and what it has there is still written down
        router.removeSubscription("f");
        attach("");
        await().atMost(Duration.ofSeconds(30)).until(() -> known().isEmpty());
    }

    @Test
    void aSubscriberThatCameBackIsNotGivenWhatCameBefore() throws Exception {
        router.putSubscription(subscription("f", FAR.id()));
        accepts(FAR, "before");
        restart();
        router.removeSubscription("f");
        assertThatThrownBy(() -> router.putSubscription(subscription("f", FAR.id())))
                .hasMessage("bus kafka is not connected");

        attach("");
        router.putSubscription(subscription("f", FAR.id()));
        accepts(FAR, "after");

        assertThat(next("f")).isEqualTo("after");
    }

    @Test
    void aBusThatDoesNotAnswerIsToldWhenItDoes() {
        router.putSubscription(subscription("f", FAR.id()));
        router.putSubscription(subscription("g", FAR.id()));
        far.trouble = Optional.of("it does not answer");

        router.removeSubscription("f");
        router.removeChannel(OTHER.id());

        assertThat(router.subscriptions()).containsExactly(subscription("g", FAR.id()));
        assertThat(router.channels()).containsExactly(FAR.id());
        assertThat(known()).containsExactlyInAnyOrder("f", "g");
        far.trouble = Optional.empty();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> known().equals(List.of("g")) && !far.stub.hasChannel(OTHER.id()));
    }

    @Test
    void aChannelIsRememberedUntilItsBusHasDeletedWhatTookFromIt() {
        router.putSubscription(subscription("f", FAR.id()));
        far.trouble = Optional.of("it does not answer");
        router.removeSubscription("f");
        router.removeChannel(FAR.id());
        restart();

        attach("");

        await().atMost(Duration.ofSeconds(30)).until(() -> known().isEmpty() && !far.stub.hasChannel(FAR.id()));
    }

    @Test
    void aDeletedChannelStaysUntilWhatTakesFromItIsThereAgain() throws Exception {
        router.putSubscription(subscription("f", FAR.id()));
        accepts(FAR, "1");
        router.removeChannel(FAR.id());
        restart();

        far = new Far(stub(there));
        far.refusesOnce = "f";
        far.forgets = true;
        router.attach("kafka", far.bus());

        await().atMost(Duration.ofSeconds(30)).until(() -> far.told.contains("removeChannel " + FAR.id()));
        assertThat(far.told)
                .containsSubsequence("putSubscription f", "removeChannel " + FAR.id())
                .containsOnlyOnce("removeChannel " + FAR.id());
        assertThat(next("f")).isEqualTo("1");
    }

    @Test
    void aChannelThatIsDeletedBeforeWhatTakesFromItIsThereStaysUntilThen() {
        far.refusesOnce = "f";
        assertThatThrownBy(() -> router.putSubscription(subscription("f", FAR.id())))
                .isInstanceOf(BusException.class);

        router.removeChannel(FAR.id());

        assertThat(router.hasChannel(FAR.id())).isFalse();
        await().atMost(Duration.ofSeconds(30)).until(() -> far.told.contains("removeChannel " + FAR.id()));
        assertThat(far.told).containsSubsequence("putSubscription f", "removeChannel " + FAR.id());
    }

    @Test
    void deletionsElsewhereDoNotWaitForABusThatDoesNotAnswer() throws Exception {
        router.addChannel(NEAR);
        router.putSubscription(subscription("n", NEAR));
        router.putSubscription(subscription("f", FAR.id()));
        far.waitsBefore = "discard";
        var waiting = meanwhile(() -> {
            router.removeSubscription("f");
            return true;
        });
        far.reached.await();

        var removed = meanwhile(() -> {
            router.removeSubscription("n");
            return true;
        });

        assertThat(removed.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(waiting.isDone()).isFalse();
        far.free.countDown();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsDeletedWhileItIsBeingMadeIsDeletedAfterwards() throws Exception {
        far.waitsBefore = "putSubscription";
        var putting = puttingMeanwhile(subscription("f", FAR.id()));
        far.reached.await();
        far.trouble = Optional.of("it does not answer");
        router.removeSubscription("f"); // does not wait for the other
        far.trouble = Optional.empty();
        far.free.countDown();

        await().atMost(Duration.ofSeconds(30)).until(putting::isDone); // or it was told that it came too late
        await().atMost(Duration.ofSeconds(30)).until(() -> known().isEmpty());
        restart();
        attach("");
        assertThat(router.subscriptions()).isEmpty();
    }
}
