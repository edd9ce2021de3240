package dev.sluice.buses.gcppubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.BadEventException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PubSubMessagesTest {
    private static final Map<String, String> HEADERS = Map.of(
            "ce-specversion", "1.0", "ce-id", "1", "ce-type", "t", "ce-source", "/s", "content-type", "text/plain");

    private static EventMessage event(Map<String, String> more) {
        var headers = new TreeMap<>(HEADERS);
        headers.putAll(more);
        return new EventMessage(headers, new byte[] {1, 2, 3}, "t", "/s", "1");
    }

    @Test
    void writesWhatOthersRead() {
        var message = PubSubMessages.message("stamp", event(Map.of("ce-partitionkey", "k")));

        assertThat(message.getAttributesMap())
                .containsEntry("ce-type", "t")
                .containsEntry("Content-Type", "text/plain")
                .doesNotContainKey("sluice-headers");
        assertThat(message.getData().toByteArray()).containsExactly(1, 2, 3);
        assertThat(message.getOrderingKey()).isEqualTo("k");
        assertThat(PubSubMessages.stamp(message)).contains("stamp");
    }

    @Test
    void carriesHeadersThatPubSubDoesNotTakeAsAttributes() throws Exception {
        var many = new TreeMap<String, String>();
        for (int i = 0; i < 150; i++) {
            many.put("ce-extension" + i, "v" + i);
        }
        many.put("tracestate", "ü".repeat(1_000));
        many.put("googclient_x", "reserved");
        many.put("sluice-delivery-id", "of another");
        var sent = event(many);

        var message = PubSubMessages.message("stamp", sent);

        assertThat(message.getAttributesCount()).isLessThanOrEqualTo(100);
        var travelling = new TreeMap<>(sent.headers());
        travelling.remove("googclient_x"); // no part of an event
        travelling.remove("sluice-delivery-id");
        assertThat(PubSubMessages.event(message).headers()).isEqualTo(travelling);
        assertThat(PubSubMessages.event(message).body()).isEqualTo(sent.body());
        assertThat(PubSubMessages.stamp(message)).contains("stamp");
    }

    @Test
    void refusesWhatHoldsNoEvent() {
        assertThatThrownBy(() -> PubSubMessages.event(PubsubMessage.newBuilder()
                        .setData(ByteString.copyFromUtf8("hello"))
                        .build()))
                .isInstanceOf(BadEventException.class);
        assertThatThrownBy(() -> PubSubMessages.event(PubsubMessage.newBuilder()
                        .putAttributes("sluice-headers", "7")
                        .build()))
                .hasMessage("sluice-headers is not the length of what is before the body: 7");
    }

    @Test
    void boundsNamesAndKeysByTheirDigest() {
        assertThat(PubSubNames.topic("ns/pubsub", "a", "b")).isEqualTo("channel~ns~pubsub~a~b");
        var one = PubSubNames.subscription("pubsub", "n".repeat(63), "s".repeat(253), "uid-1");
        var two = PubSubNames.subscription("pubsub", "n".repeat(63), "s".repeat(253), "uid-2");
        assertThat(one).hasSize(255).isNotEqualTo(two);
        assertThat(PubSubNames.orderingKey("k".repeat(1_024))).hasSize(1_024);
        assertThat(PubSubNames.orderingKey("k".repeat(1_025))).hasSize(64);
    }
}
