package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WatchedBuildsTest {
    private static final int LONG = 60;

    @Test
    @Timeout(120)
    void aListThatDoesNotComeHoldsUpNobodyElse() throws Exception {
        try (var api = new FakeApi();
                var client = api.client()) {
            api.build("{steps: [{image: i}]}", "{}");
            var answer = new CountDownLatch(1);
            api.whenAsked = path -> {
                if (path.contains("/slow/")) {
                    await(answer);
                }
            };
            var watched = new WatchedBuilds(client);
            try (var slow = watched.open("slow")) {
                try (var beside = watched.open("slow");
                        var other = watched.open("n")) {
                    assertThat(other.awaitList(LONG)).isTrue();
                    assertThat(other.all())
                            .extracting(b -> b.getMetadata().getName())
                            .containsExactly("b");
                    assertThat(beside.awaitList(0)).isFalse();
                }
                answer.countDown();
                assertThat(slow.awaitList(LONG))
                        .as("others have gone meanwhile")
                        .isTrue();
                assertThat(slow.all()).isEmpty();
            }
        }
    }

    @Test
    @Timeout(120)
    void aListThatFailsIsAskedForAgainByTheNext() throws Exception {
        try (var api = new FakeApi();
                var client = api.client()) {
            var watched = new WatchedBuilds(client);
            api.listable = false;
            try (var refused = watched.open("n")) {
                assertThatThrownBy(() -> refused.awaitList(LONG))
                        .isInstanceOf(ApplicationFailure.class)
                        .hasMessageContaining("the Builds of n could not be listed");
                api.listable = true;
                try (var next = watched.open("n")) {
                    assertThat(next.awaitList(LONG)).isTrue();
                }
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
