package dev.sluice.buses.gcppubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.NotFoundException;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.Placement;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Google Cloud Pub/Sub as a bus: a topic per channel, an ordered subscription per subscription. An event is accepted when the
 * service has answered with its id, which it does when it is stored; the service keeps for a week what is not acknowledged.
 */
public final class GcpPubSubBus implements Bus {
    private static final Logger LOG = LoggerFactory.getLogger(GcpPubSubBus.class);
    private static final long PUBLICATION_SECONDS = 15;
    /** The service takes 10 MB and 1,000 messages at once. */
    private static final int MOST_BYTES = 9_500_000;

    private static final int MOST_MESSAGES = 1_000;
    /** Sent and not answered. */
    private static final int MOST_BYTES_UNANSWERED = 64 << 20;

    private final String name;
    private final GcpPubSubLink link;
    private final Runnable passedOver;
    private final PubSubObjects objects;
    private final String stampPrefix = HexFormat.of().toHexDigits(new SecureRandom().nextLong()) + "-";
    private final AtomicLong nextStamp = new AtomicLong();
    private final Semaphore room = new Semaphore(MOST_BYTES_UNANSWERED);
    private final Map<ChannelId, Carrier> carriers = new ConcurrentHashMap<>();
    /** Channels with a subscription that their events do not reach, and why. */
    private final Map<ChannelId, String> unreached = new ConcurrentHashMap<>();

    private final Map<String, Subscribed> subscribed = new ConcurrentHashMap<>();

    /**
     * Held while something is made again or deleted at the service, so that what is being deleted is not made again. Not {@code this}, which
     * is held by those who wait for a connection, and the connection waits for what is made again.
     */
    private final Object standing = new Object();

    /** @param gone the channel is deleted; the topic stays while a subscription takes from it */
    private record Carrier(String topic, boolean gone) {}

    private record Subscribed(String subscription, String topic, SubscriptionSettings settings, GcpPubSubFeed feed) {}

    /** With messages that hold no event in the log alone. */
    public GcpPubSubBus(String name, GcpPubSubSettings settings) {
        this(name, settings, () -> {});
    }

    /**
     * Connects in the background.
     *
     * @param name part of the names of topics and subscriptions
     * @param passedOver told of each message that holds no event
     */
    public GcpPubSubBus(String name, GcpPubSubSettings settings, Runnable passedOver) {
        this.name = name;
        this.passedOver = passedOver;
        this.link = new GcpPubSubLink(name, settings, this::setUp);
        this.objects = new PubSubObjects(name, link);
        link.start();
    }

    /** A deleted one, or one of a server that forgot, is there again. */
    private void setUp() {
        carriers.keySet().forEach(channel -> {
            synchronized (standing) {
                var carrier = carriers.get(channel);
                if (carrier != null) {
                    tolerant(carrier.topic, () -> objects.declare(carrier.topic));
                }
            }
        });
        subscribed.keySet().forEach(this::setUp);
    }

    /** Whether events of its topic reach the subscription; true of one that was deleted meanwhile. */
    private boolean setUp(String uid) {
        synchronized (standing) {
            var subscriber = subscribed.get(uid);
            return subscriber == null || setUp(subscriber);
        }
    }

    private boolean setUp(Subscribed subscriber) {
        var channel = subscriber.settings.channel();
        try {
            objects.declare(subscriber.subscription, subscriber.topic);
            return true;
        } catch (BusException e) {
            if (unreached.put(channel, String.valueOf(e.getMessage())) == null) {
                LOG.atWarn()
                        .addKeyValue("bus", name)
                        .addKeyValue("channel", channel)
                        .addKeyValue("cause", String.valueOf(e.getMessage()))
                        .log("its events would not reach a subscription: it takes none");
            }
        } catch (ApiException e) {
            if (GcpPubSubLink.passing(e)) {
                throw e;
            }
            unreached.put(channel, subscriber.subscription + " cannot be made: " + e.getMessage());
        }
        return false;
    }

    /** What keeps events of the channel from one of its subscriptions, which a person has to mend; asked again each time. */
    private Optional<String> unreached(ChannelId channel) {
        var why = unreached.get(channel);
        if (why == null) {
            return Optional.empty();
        }
        try {
            boolean mended = subscribed.entrySet().stream()
                    .filter(s -> s.getValue().settings.channel().equals(channel))
                    .map(Map.Entry::getKey)
                    .allMatch(this::setUp);
            if (mended) {
                unreached.remove(channel);
                return Optional.empty();
            }
        } catch (ApiException _) {
            // it cannot be said now
        }
        return Optional.of(why);
    }

    /** One that cannot be made does not keep the others from working. */
    private void tolerant(String what, Runnable declaration) {
        try {
            declaration.run();
        } catch (ApiException | BusException e) {
            if (e instanceof ApiException api && GcpPubSubLink.passing(api)) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("bus", name)
                    .addKeyValue("what", what)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("it is not at Pub/Sub and cannot be made");
        }
    }

    @Override
    public void addChannel(ChannelSettings channel) {
        if (!channel.arguments().isEmpty()) {
            throw new BusException("channel " + channel.id() + ": argument "
                    + new TreeSet<>(channel.arguments().keySet()).first()
                    + " is not known; a Pub/Sub bus knows none");
        }
        var id = channel.id();
        var topic = "projects/" + link.project() + "/topics/" + PubSubNames.topic(name, id.namespace(), id.name());
        link.with("making " + topic, () -> {
            objects.declare(topic);
            return topic;
        });
        carriers.put(id, new Carrier(topic, false));
    }

    @Override
    public synchronized void removeChannel(ChannelId channel) {
        var carrier = carriers.get(channel);
        if (carrier != null) {
            carriers.put(channel, new Carrier(carrier.topic, true));
            dropIfUnused(channel);
        }
    }

    private void dropIfUnused(ChannelId channel) {
        var carrier = carriers.get(channel);
        if (carrier != null
                && carrier.gone
                && subscribed.values().stream()
                        .noneMatch(s -> s.settings.channel().equals(channel))) {
            link.with("deleting " + carrier.topic, () -> {
                synchronized (standing) {
                    objects.deleteTopic(carrier.topic);
                    return carriers.remove(channel);
                }
            });
        }
    }

    @Override
    public Set<ChannelId> channels() {
        return carriers.entrySet().stream()
                .filter(entry -> !entry.getValue().gone)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        var carrier = carriers.get(channel);
        return carrier != null && !carrier.gone;
    }

    @Override
    public synchronized void putSubscription(SubscriptionSettings settings) {
        var known = subscribed.get(settings.uid());
        if (known != null) {
            subscribed.put(settings.uid(), new Subscribed(known.subscription, known.topic, settings, known.feed));
            return;
        }
        var carrier = carriers.get(settings.channel());
        if (carrier == null) {
            throw new BusException(name + ": no channel " + settings.channel());
        }
        var subscription = subscription(settings.namespace(), settings.name(), settings.uid());
        link.with("making " + subscription, () -> {
            objects.declare(subscription, carrier.topic);
            return subscription;
        });
        var feed = new GcpPubSubFeed(link, subscription, stampPrefix, passedOver);
        subscribed.put(settings.uid(), new Subscribed(subscription, carrier.topic, settings, feed));
        feed.start();
    }

    @Override
    public synchronized void removeSubscription(String uid) {
        var known = subscribed.get(uid);
        if (known != null) {
            known.feed.close();
            link.with("deleting " + known.subscription, () -> {
                synchronized (standing) {
                    objects.deleteSubscription(known.subscription);
                    return subscribed.remove(uid);
                }
            });
            dropIfUnused(known.settings.channel());
        }
    }

    @Override
    public synchronized void discard(Placement left) {
        if (subscribed.containsKey(left.uid())) {
            removeSubscription(left.uid());
            return;
        }
        var subscription = subscription(left.namespace(), left.name(), left.uid());
        link.with("deleting " + subscription, () -> {
            synchronized (standing) {
                objects.deleteSubscription(subscription);
                return subscription;
            }
        });
    }

    private String subscription(String namespace, String subscriptionName, String uid) {
        return "projects/" + link.project() + "/subscriptions/"
                + PubSubNames.subscription(name, namespace, subscriptionName, uid);
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return subscribed.values().stream().map(Subscribed::settings).toList();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        var carrier = carriers.get(channel);
        if (carrier == null || carrier.gone) {
            return new Published.UnknownChannel();
        }
        var trouble = link.trouble();
        if (trouble.isPresent()) {
            return new Published.Unavailable(trouble.get());
        }
        var unreached = unreached(channel);
        if (unreached.isPresent()) {
            return new Published.Unavailable(unreached.get());
        }
        var messages = new ArrayList<PubsubMessage>(events.size());
        for (var event : events) {
            var message = PubSubMessages.message(stampPrefix + Long.toString(nextStamp.incrementAndGet(), 36), event);
            if (message.getSerializedSize() > MOST_BYTES) {
                return new Published.Refused("an event of " + message.getSerializedSize()
                        + " bytes is more than Pub/Sub takes, about 10 MB");
            }
            messages.add(message);
        }
        for (int from = 0; from < messages.size(); ) {
            int to = requestEnd(messages, from);
            var published = send(channel, carrier.topic, messages.subList(from, to));
            if (!(published instanceof Published.Accepted)) {
                return published;
            }
            from = to;
        }
        return new Published.Accepted();
    }

    private static int requestEnd(List<PubsubMessage> messages, int from) {
        int to = from;
        for (long bytes = 0; to < messages.size() && to - from < MOST_MESSAGES; to++) {
            bytes += messages.get(to).getSerializedSize() + 8L;
            if (bytes > MOST_BYTES && to > from) {
                break;
            }
        }
        return to;
    }

    private Published send(ChannelId channel, String topic, List<PubsubMessage> messages) throws InterruptedException {
        var request = PublishRequest.newBuilder()
                .setTopic(topic)
                .addAllMessages(messages)
                .build();
        int bytes = request.getSerializedSize();
        if (!room.tryAcquire(bytes)) {
            return new Published.Full(
                    "Pub/Sub has not answered for " + MOST_BYTES_UNANSWERED + " bytes", Duration.ofSeconds(1));
        }
        count(channel, messages.size());
        boolean stored = false;
        try {
            var _ = link.publisher().publishCallable().futureCall(request).get(PUBLICATION_SECONDS, TimeUnit.SECONDS);
            stored = true;
            return new Published.Accepted();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NotFoundException) {
                link.missing(topic);
            } else {
                link.doubt();
            }
            return unavailable(e);
        } catch (TimeoutException _) {
            link.doubt();
            return new Published.Unavailable("Pub/Sub did not answer within " + PUBLICATION_SECONDS + " s");
        } catch (RuntimeException e) { // as of a client that is closed
            return unavailable(e);
        } finally {
            room.release(bytes);
            if (!stored) {
                count(channel, -messages.size());
            }
        }
    }

    private static Published unavailable(Exception e) {
        return new Published.Unavailable(String.valueOf(new BusException("publishing to Pub/Sub", e).getMessage()));
    }

    private void count(ChannelId channel, int published) {
        for (var s : subscribed.values()) {
            if (s.settings.channel().equals(channel)) {
                s.feed.published(published);
            }
        }
    }

    @Override
    public Feed feed(String uid) {
        var known = subscribed.get(uid);
        if (known == null) {
            throw new BusException(name + ": no subscription " + uid);
        }
        return known.feed;
    }

    @Override
    public int pending(String uid) {
        var known = subscribed.get(uid);
        return known == null ? 0 : known.feed.pending();
    }

    @Override
    public Optional<String> trouble() {
        return link.trouble();
    }

    @Override
    public void close() {
        subscribed.values().forEach(s -> s.feed.close());
        link.close();
    }
}
