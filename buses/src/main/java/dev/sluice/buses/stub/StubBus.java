package dev.sluice.buses.stub;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.Placement;
import dev.sluice.buses.bus.Roster;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory in front of a journal. An event is acknowledged when the group it was written with is synced, leaves the journal when
 * its last subscription is done with it, and is read again after a restart until then.
 *
 * <pre>
 *   publish -> reserve room -> journal.add(event, its subscriptions) -> synced -> each Mailbox -> take
 *   acknowledge -> journal.update(done) ... journal.delete(when all are) -> synced -> room again
 * </pre>
 *
 * Every acknowledgement is a record of its own, so what comes twice after a kill is only what was in flight.
 */
public final class StubBus implements Bus, Roster {
    /**
     * @param bytes waiting events may take in memory; the journal on disk stays within a small multiple
     * @param channelBytes one channel may take of them, so that one cannot shut out the others
     * @param freeDisk below which no event is taken
     */
    public record Limits(long bytes, long channelBytes, long freeDisk) {
        public static final Limits DEFAULT = new Limits(256L << 20, 128L << 20, 256L << 20);
    }

    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final Journal journal;
    private final StoreLock lock;
    private final Room room;
    private final String stampPrefix;
    private final AtomicLong nextId;
    private final AtomicLong nextStamp = new AtomicLong();
    private final Map<ChannelId, Topic> topics = new ConcurrentHashMap<>();
    private final Map<String, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final JournalRoster roster;

    private StubBus(StoreLock lock, Journal journal, Path directory, Limits limits) {
        this.lock = lock;
        this.journal = journal;
        this.room = new Room(limits, directory);
        var loaded = Loaded.from(journal.takeLoaded());
        long firstFree = loaded.highestId() + 1;
        Records.Store store;
        if (loaded.store() == null) {
            store = new Records.Store(HexFormat.of().toHexDigits(new SecureRandom().nextLong(), 8), 1);
            journal.add(firstFree++, Records.STORE, Records.json(store)).join();
        } else {
            store = new Records.Store(loaded.store().name(), loaded.store().start() + 1);
            journal.update(loaded.storeId(), Records.STORE, Records.json(store)).join();
        }
        nextId = new AtomicLong(firstFree);
        stampPrefix = store.name() + "-" + store.start() + "-";
        loaded.channels().forEach((id, channel) -> topics.put(channel, new Topic(id, channel)));
        roster = new JournalRoster(journal, nextId, loaded);
        loaded.subscriptions().forEach((id, settings) -> {
            var mailbox = new Mailbox(id, settings);
            mailboxes.put(settings.uid(), mailbox);
            topic(settings.channel()).mailboxes.add(mailbox);
        });
        loaded.events().forEach((id, event) -> restore(id, event));
    }

    /** Opens or creates the store; at most one process has it open. */
    public static StubBus open(Path directory, Limits limits) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("making " + directory, e);
        }
        var lock = StoreLock.take(directory);
        var opened = false;
        try {
            var bus = new StubBus(lock, Journal.open(directory), directory, limits);
            opened = true;
            return bus;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private void restore(long id, StoredEvent event) {
        var waiting = new Waiting(id, event, topic(event.channel()));
        room.restore(waiting.topic.bytes, event.message().size());
        for (long subscription : event.open()) {
            var mailbox = mailboxes.values().stream()
                    .filter(m -> m.id == subscription)
                    .findFirst();
            if (mailbox.isPresent()) {
                mailbox.get().put(new Taken(mailbox.get(), waiting));
            } else {
                var _ = settle(waiting, subscription);
            }
        }
    }

    /** Also for a channel that is not known (any more): what it had taken must still be delivered. */
    private Topic topic(ChannelId channel) {
        return topics.computeIfAbsent(channel, c -> new Topic(Topic.UNKNOWN, c));
    }

    @Override
    public synchronized void addChannel(ChannelSettings channel) {
        var topic = topic(channel.id());
        if (topic.id == Topic.UNKNOWN) {
            long id = nextId.getAndIncrement();
            journal.add(id, Records.CHANNEL, Records.json(channel.id())).join();
            topic.id = id;
        }
    }

    @Override
    public void remember(Elsewhere channel) {
        roster.remember(channel);
    }

    @Override
    public void forget(ChannelSettings channel) {
        roster.forget(channel);
    }

    @Override
    public Collection<Elsewhere> remembered() {
        return roster.remembered();
    }

    @Override
    public void place(Placement placement) {
        roster.place(placement);
    }

    @Override
    public void forget(Placement placement) {
        roster.forget(placement);
    }

    @Override
    public Collection<Placement> placements() {
        return roster.placements();
    }

    @Override
    public Optional<String> trouble() {
        return Optional.ofNullable(journal.failure());
    }

    @Override
    public synchronized void removeChannel(ChannelId channel) {
        var topic = topics.get(channel);
        if (topic != null && topic.id != Topic.UNKNOWN) {
            long id = topic.id;
            topic.id = Topic.UNKNOWN;
            journal.delete(id).join();
        }
    }

    @Override
    public Set<ChannelId> channels() {
        var known = ConcurrentHashMap.<ChannelId>newKeySet();
        topics.values().stream().filter(t -> t.id != Topic.UNKNOWN).forEach(t -> known.add(t.channel));
        return known;
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        var topic = topics.get(channel);
        return topic != null && topic.id != Topic.UNKNOWN;
    }

    @Override
    public synchronized void putSubscription(SubscriptionSettings settings) {
        var record = Records.json(Records.Subscription.of(settings));
        var known = mailboxes.get(settings.uid());
        if (known != null) {
            if (!known.settings.equals(settings)) {
                journal.update(known.id, Records.SUBSCRIPTION, record).join();
                known.settings = settings;
            }
            return;
        }
        long id = nextId.getAndIncrement();
        journal.add(id, Records.SUBSCRIPTION, record).join();
        var mailbox = new Mailbox(id, settings);
        mailboxes.put(settings.uid(), mailbox);
        topic(settings.channel()).mailboxes.add(mailbox);
    }

    @Override
    public synchronized void removeSubscription(String uid) {
        var mailbox = mailboxes.remove(uid);
        if (mailbox == null) {
            return;
        }
        topic(mailbox.settings.channel()).mailboxes.remove(mailbox);
        // the record goes first: a kill between the two leaves events that a restart settles
        journal.delete(mailbox.id).join();
        discard(mailbox.close()).join();
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return mailboxes.values().stream().map(m -> m.settings).toList();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        var topic = topics.get(channel);
        if (topic == null || topic.id == Topic.UNKNOWN) {
            return new Published.UnknownChannel();
        }
        var failure = journal.failure();
        if (failure != null) {
            return new Published.Unavailable(failure);
        }
        var to = List.copyOf(topic.mailboxes);
        if (to.isEmpty()) {
            return new Published.Accepted();
        }
        for (var event : events) {
            var unstorable = Records.unstorable(event);
            if (unstorable != null) {
                return new Published.Refused(unstorable);
            }
        }
        int bytes = events.stream().mapToInt(EventMessage::size).sum();
        var refusal = room.reserve(topic.bytes, bytes);
        if (refusal.isPresent()) {
            return new Published.Full(refusal.get(), COME_BACK);
        }
        var synced = new ArrayList<CompletableFuture<Void>>(events.size());
        for (var event : events) {
            synced.add(store(topic, to, event));
        }
        try {
            CompletableFuture.allOf(synced.toArray(CompletableFuture[]::new)).get();
            return new Published.Accepted();
        } catch (ExecutionException e) {
            return new Published.Unavailable(String.valueOf(e.getCause()));
        }
    }

    private CompletableFuture<Void> store(Topic topic, List<Mailbox> to, EventMessage message) {
        var stamp = stampPrefix + Long.toString(nextStamp.incrementAndGet(), 36);
        var subscriptions = to.stream().mapToLong(m -> m.id).toArray();
        var waiting = new Waiting(
                nextId.getAndIncrement(), new StoredEvent(stamp, topic.channel, subscriptions, message), topic);
        return journal.add(waiting.id, Records.EVENT, Records.event(stamp, topic.channel, subscriptions, message))
                .whenComplete((_, problem) -> {
                    if (problem == null) {
                        to.forEach(mailbox -> mailbox.put(new Taken(mailbox, waiting)));
                    } else {
                        room.release(topic.bytes, message.size());
                    }
                });
    }

    @Override
    public Feed feed(String uid) {
        var mailbox = mailboxes.get(uid);
        if (mailbox == null) {
            throw new BusException("no subscription " + uid);
        }
        return mailbox;
    }

    @Override
    public int pending(String uid) {
        var mailbox = mailboxes.get(uid);
        return mailbox == null ? 0 : mailbox.open.size();
    }

    private CompletableFuture<Void> settle(Waiting waiting, long subscription) {
        // the lock keeps the records of one event in order: no update after its deletion
        synchronized (waiting.event) {
            return switch (waiting.event.done(subscription)) {
                case NOTHING -> CompletableFuture.completedFuture(null);
                case OTHERS_WAIT -> journal.update(waiting.id, Records.DONE, Records.done(subscription));
                case ALL_DONE -> {
                    room.release(waiting.topic.bytes, waiting.event.message().size());
                    yield journal.delete(waiting.id);
                }
            };
        }
    }

    @Override
    public void close() {
        try {
            journal.close();
        } catch (CompletionException e) {
            throw new BusException("closing the journal", e);
        } finally {
            lock.close();
        }
    }

    private static CompletableFuture<Void> discard(List<Taken> events) {
        return CompletableFuture.allOf(events.stream().map(Taken::acknowledge).toArray(CompletableFuture[]::new));
    }

    /** A channel: whom its events go to and how much of the room they take. */
    private static final class Topic {
        private static final long UNKNOWN = -1;

        private final ChannelId channel;
        private final List<Mailbox> mailboxes = new CopyOnWriteArrayList<>();
        private final AtomicLong bytes = new AtomicLong();
        private volatile long id;

        Topic(long id, ChannelId channel) {
            this.id = id;
            this.channel = channel;
        }
    }

    /** A durable event with its place in the journal. */
    private record Waiting(long id, StoredEvent event, Topic topic) {}

    /** What waits for one subscription. */
    private static final class Mailbox implements Feed {
        private final long id;
        private final LinkedBlockingQueue<Taken> queue = new LinkedBlockingQueue<>();
        /** What waits or was given, and is not acknowledged. */
        private final Set<Taken> open = ConcurrentHashMap.newKeySet();

        private volatile SubscriptionSettings settings;
        /** The subscription is gone: what still comes for it is settled at once. */
        private volatile boolean closed;

        Mailbox(long id, SubscriptionSettings settings) {
            this.id = id;
            this.settings = settings;
        }

        void put(Taken taken) {
            open.add(taken);
            queue.add(taken);
            if (closed) {
                var _ = discard(close());
            }
        }

        @Override
        public Delivery take() throws InterruptedException {
            return queue.take();
        }

        /** All that nobody will acknowledge any more, or twice: who was given an event may have dropped it. */
        List<Taken> close() {
            closed = true;
            queue.clear();
            return List.copyOf(open);
        }
    }

    /** One event for one subscription. */
    private final class Taken implements Delivery {
        private final Mailbox mailbox;
        private final Waiting waiting;

        Taken(Mailbox mailbox, Waiting waiting) {
            this.mailbox = mailbox;
            this.waiting = waiting;
        }

        @Override
        public String stamp() {
            return waiting.event.stamp();
        }

        @Override
        public boolean mayBeRepeated() {
            return !waiting.event.stamp().startsWith(stampPrefix); // of an earlier start
        }

        @Override
        public EventMessage event() {
            return waiting.event.message();
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            return settle(waiting, mailbox.id).whenComplete((_, _) -> mailbox.open.remove(this));
        }
    }
}
