package dev.sluice.buses.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ReturnListener;
import dev.sluice.buses.bus.EventMessage;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A channel that breaks. */
class ConfirmsTest {
    private final CountDownLatch aborted = new CountDownLatch(1);
    private final AtomicLong next = new AtomicLong(1);
    private final AtomicReference<ReturnListener> returns = new AtomicReference<>();
    private volatile boolean broken;

    private final Connection connection = (Connection) Proxy.newProxyInstance(
            Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, _) -> {
                if (method.getName().equals("abort")) {
                    aborted.countDown();
                }
                return null;
            });

    private final Channel channel = (Channel) Proxy.newProxyInstance(
            Channel.class.getClassLoader(),
            new Class<?>[] {Channel.class},
            (_, method, arguments) -> switch (method.getName()) {
                case "getConnection" -> connection;
                case "getNextPublishSeqNo" -> next.get();
                case "basicPublish" -> {
                    next.incrementAndGet(); // before anything can go wrong
                    if (broken) {
                        throw new IOException("no");
                    }
                    yield null;
                }
                case "addReturnListener" -> {
                    returns.set((ReturnListener) arguments[0]);
                    yield null;
                }
                default -> null;
            });

    /** Whether its number counts at the broker cannot be known: nothing may wait for a confirm on this channel any more. */
    @Test
    void whatCannotBeSentEndsTheConnectionAndEverythingThatWaits() throws Exception {
        var confirms = new Confirms(channel, _ -> true);
        var properties = new AMQP.BasicProperties();
        var first = confirms.publish("x", "1", properties, new byte[0], false);
        assertThat(first).isNotDone();
        broken = true;

        assertThatThrownBy(() -> confirms.publish("x", "2", properties, new byte[0], true))
                .isInstanceOf(IOException.class);

        assertThat(first).isCompletedExceptionally();
        assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void returned(String exchange, AMQP.BasicProperties properties) throws IOException {
        returns.get().handleReturn(AMQP.NO_ROUTE, "NO_ROUTE", exchange, "", properties, new byte[0]);
    }

    /** The last subscription of its channel was deleted while it was under way: all other channels go on. */
    @Test
    void anEventThatNobodyIsToGetAnyMoreIsAcceptedWithoutAQueue() throws Exception {
        var confirms = new Confirms(channel, exchange -> exchange.equals("busy"));
        var event = new EventMessage(Map.of(), new byte[0], "type", "/source", "id");
        var nobodys = RabbitMessages.properties("1", event);
        var somebodys = RabbitMessages.properties("2", event);
        var left = confirms.publish("left", "1", nobodys, new byte[0], true);
        var busy = confirms.publish("busy", "2", somebodys, new byte[0], true);

        returned("left", nobodys);
        assertThat(left).isCompleted();
        assertThat(busy).isNotDone();
        assertThat(aborted.getCount()).isEqualTo(1);

        returned("busy", somebodys);
        assertThat(busy).isCompletedExceptionally();
        assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
