package dev.sluice.buses.stub;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.Roster;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What stands in the journal: small things as JSON, events in a compact form with a version byte. Changed only additively. */
final class Records {
    /** The store itself: {@link Store}. Updated at each start. */
    static final byte STORE = 1;

    static final byte CHANNEL = 2;
    static final byte SUBSCRIPTION = 3;
    static final byte EVENT = 4;
    /** An update of an event: one of its subscriptions is done with it. */
    static final byte DONE = 5;
    /** A channel that another bus carries. */
    static final byte CHANNEL_ELSEWHERE = 6;
    /** What another bus has of a subscription: {@link dev.sluice.buses.bus.Placement}. */
    static final byte PLACEMENT = 7;

    private static final byte EVENT_FORMAT = 1;
    private static final int LONGEST_TEXT = 65_535;
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * @param name random, so that stamps of different stores never meet
     * @param start counts the starts: stamps of different starts never meet
     */
    record Store(String name, int start) {}

    record Channel(ChannelId id, String bus, Map<String, String> arguments, boolean gone) {
        static Channel of(Roster.Elsewhere elsewhere) {
            var channel = elsewhere.channel();
            return new Channel(channel.id(), channel.bus(), channel.arguments(), elsewhere.gone());
        }

        Roster.Elsewhere elsewhere() {
            return new Roster.Elsewhere(new ChannelSettings(id, bus, arguments), gone);
        }
    }

    record Subscription(
            String uid,
            String namespace,
            String name,
            String channel,
            @Nullable String subscriber,
            @Nullable String replyTo,
            int retry,
            String timeout,
            String backoffShape,
            String backoffDelay,
            String backoffMax,
            double backoffJitter,
            @Nullable String retryAfterMax,
            @Nullable String channelNamespace,
            @Nullable Terms terms) {

        static Subscription of(SubscriptionSettings s) {
            var backoff = s.policy().backoff();
            return new Subscription(
                    s.uid(),
                    s.namespace(),
                    s.name(),
                    s.channel().name(),
                    s.subscriber() == null ? null : s.subscriber().toString(),
                    s.replyTo() == null ? null : s.replyTo().toString(),
                    s.policy().retry(),
                    s.policy().timeout().toString(),
                    backoff.shape().name(),
                    backoff.delay().toString(),
                    backoff.max().toString(),
                    backoff.jitter(),
                    s.policy().retryAfterMax() == null
                            ? null
                            : s.policy().retryAfterMax().toString(),
                    s.channel().namespace().equals(s.namespace())
                            ? null
                            : s.channel().namespace(),
                    s.terms());
        }

        SubscriptionSettings settings() {
            return new SubscriptionSettings(
                    uid,
                    namespace,
                    name,
                    new ChannelId(channelNamespace == null ? namespace : channelNamespace, channel),
                    subscriber == null ? null : URI.create(subscriber),
                    replyTo == null ? null : URI.create(replyTo),
                    new DeliveryPolicy(
                            retry,
                            Duration.parse(timeout),
                            new Backoff(
                                    Backoff.Shape.valueOf(backoffShape),
                                    Duration.parse(backoffDelay),
                                    Duration.parse(backoffMax),
                                    backoffJitter),
                            retryAfterMax == null ? null : Duration.parse(retryAfterMax)),
                    terms == null ? Terms.NONE : terms);
        }
    }

    static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T json(byte[] data, Class<T> type) {
        try {
            return JSON.readValue(data, type);
        } catch (IOException e) {
            throw new UncheckedIOException("reading a " + type.getSimpleName() + " of the journal", e);
        }
    }

    /** Why it has no place in a record; null when it has: a text takes 65,535 bytes at most. */
    static @Nullable String unstorable(EventMessage message) {
        var texts = Stream.concat(
                Stream.of(message.type(), message.source(), message.id()),
                message.headers().entrySet().stream().flatMap(header -> Stream.of(header.getKey(), header.getValue())));
        return texts.allMatch(Records::fits) ? null : "an attribute takes more than " + LONGEST_TEXT + " bytes";
    }

    private static boolean fits(String text) {
        return 3 * text.length() <= LONGEST_TEXT
                || text.chars()
                                .map(c -> c > 0x7ff ? 3 : c > 0x7f || c == 0 ? 2 : 1)
                                .sum()
                        <= LONGEST_TEXT;
    }

    static byte[] event(String stamp, ChannelId channel, long[] subscriptions, EventMessage message) {
        var bytes = new ByteArrayOutputStream(message.size() + 64);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(EVENT_FORMAT);
            out.writeUTF(stamp);
            out.writeUTF(channel.namespace());
            out.writeUTF(channel.name());
            out.writeInt(subscriptions.length);
            for (long subscription : subscriptions) {
                out.writeLong(subscription);
            }
            out.writeUTF(message.type());
            out.writeUTF(message.source());
            out.writeUTF(message.id());
            out.writeInt(message.headers().size());
            for (var header : message.headers().entrySet()) {
                out.writeUTF(header.getKey());
                out.writeUTF(header.getValue());
            }
            out.writeInt(message.body().length);
            out.write(message.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static StoredEvent event(byte[] data) {
        try (var in = new DataInputStream(new ByteArrayInputStream(data))) {
            byte format = in.readByte();
            if (format != EVENT_FORMAT) {
                throw new IOException("event format " + format + " is not known to this version");
            }
            var stamp = in.readUTF();
            var channel = new ChannelId(in.readUTF(), in.readUTF());
            var subscriptions = new long[in.readInt()];
            for (int i = 0; i < subscriptions.length; i++) {
                subscriptions[i] = in.readLong();
            }
            var type = in.readUTF();
            var source = in.readUTF();
            var id = in.readUTF();
            int count = in.readInt();
            var headers = new TreeMap<String, String>();
            for (int i = 0; i < count; i++) {
                headers.put(in.readUTF(), in.readUTF());
            }
            var body = in.readNBytes(in.readInt());
            return new StoredEvent(stamp, channel, subscriptions, new EventMessage(headers, body, type, source, id));
        } catch (IOException e) {
            throw new UncheckedIOException("reading an event of the journal", e);
        }
    }

    static byte[] done(long subscription) {
        return ByteBuffer.allocate(Long.BYTES).putLong(subscription).array();
    }

    static long done(byte[] data) {
        return ByteBuffer.wrap(data).getLong();
    }

    private Records() {}
}
