package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AskingTest {
    private volatile Optional<String> trouble = Optional.empty();

    private final Bus bus =
            (Bus) Proxy.newProxyInstance(Bus.class.getClassLoader(), new Class<?>[] {Bus.class}, (_, _, _) -> trouble);

    @Test
    void ofManyThatAskABusInTroubleOneWaitsForIt() throws Exception {
        var asking = new Asking();
        var entered = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        var first = new FutureTask<>(
                () -> asking.alone(bus, () -> {
                    entered.countDown();
                    uninterrupted(free);
                }),
                true);
        Thread.ofVirtual().start(first);
        entered.await();
        var askedAgain = new AtomicBoolean();
        var second = new FutureTask<>(() -> asking.alone(bus, () -> askedAgain.set(true)), true);
        var waiter = Thread.ofVirtual().start(second);
        await().atMost(Duration.ofSeconds(30)).until(() -> waiter.getState() == Thread.State.WAITING);

        trouble = Optional.of("it does not answer");
        free.countDown();

        assertThat(first.get(30, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> second.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("it does not answer");
        assertThat(askedAgain).isFalse();
    }

    private static void uninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoDoesNotWaitAsksABusInTroubleToo() {
        trouble = Optional.of("it takes no events");
        var asked = new AtomicBoolean();
        new Asking().alone(bus, () -> asked.set(true));
        assertThat(asked).isTrue();
    }
}
