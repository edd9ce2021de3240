package dev.sluice.serving.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.serving.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PendingDigestsTest {
    private static final ObjectKey ONE = new ObjectKey("ns", "one");
    private static final ObjectKey TWO = new ObjectKey("ns", "two");
    private static final PodSpec POD = new PodSpec();
    private static final PodSpec OTHER =
            new PodSpecBuilder().addNewContainer().withImage("i").endContainer().build();
    private static final Digests.Result DONE = new Digests.Result.Resolved(List.of(), List.of());
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Queue<ObjectKey> told = new ConcurrentLinkedQueue<>();

    @Test
    void anAnswerThatComesAtOnceIsGivenAtOnce() throws Exception {
        try (var pending = new PendingDigests((_, _) -> DONE, LONG, told::add)) {
            assertThat(pending.resolve(ONE, POD)).contains(DONE);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aSilentRegistryHoldsUpNobodyElse() throws Exception {
        var silent = new CountDownLatch(1);
        var asked = new AtomicInteger();
        PendingDigests.Resolver resolver = (_, pod) -> {
            if (pod.equals(POD)) {
                asked.incrementAndGet();
                silent.await();
            }
            return DONE;
        };
        try (var pending = new PendingDigests(resolver, Duration.ofMillis(1), told::add)) {
            assertThat(pending.resolve(ONE, POD)).isEmpty();
            assertThat(pending.resolve(ONE, POD)).isEmpty();
            await().until(() -> pending.resolve(TWO, OTHER).isPresent());
            silent.countDown();
            await().until(() -> told.contains(ONE));
            assertThat(pending.resolve(ONE, POD)).contains(DONE);
            assertThat(asked).as("one attempt at a time").hasValue(1);
        }
    }

    @Test
    void anotherPodIsAnotherQuestion() throws Exception {
        PendingDigests.Resolver resolver = (_, pod) -> {
            if (pod.equals(POD)) {
                new CountDownLatch(1).await();
            }
            return DONE;
        };
        try (var pending = new PendingDigests(resolver, Duration.ofMillis(1), told::add)) {
            assertThat(pending.resolve(ONE, POD)).isEmpty();
            await().until(() -> pending.resolve(ONE, OTHER).isPresent());
        }
    }

    @Test
    void whatCannotBeAskedFailsWhoeverAsks() {
        PendingDigests.Resolver resolver = (_, _) -> {
            throw new IllegalStateException("no API server");
        };
        try (var pending = new PendingDigests(resolver, LONG, told::add)) {
            assertThatThrownBy(() -> pending.resolve(ONE, POD)).hasMessage("no API server");
        }
    }
}
