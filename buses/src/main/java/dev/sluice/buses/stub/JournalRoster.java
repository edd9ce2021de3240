package dev.sluice.buses.stub;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.Placement;
import dev.sluice.buses.bus.Roster;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What buses elsewhere have, as records of the journal. One lock keeps the records of one thing in order. */
final class JournalRoster implements Roster {
    private final Journal journal;
    private final AtomicLong nextId;
    private final Map<Carried, Entry<Elsewhere>> channels = new ConcurrentHashMap<>();
    private final Map<Placed, Entry<Placement>> placements = new ConcurrentHashMap<>();

    private record Entry<T>(long recordId, T value) {}

    private record Carried(String bus, ChannelId id) {
        static Carried of(ChannelSettings channel) {
            return new Carried(channel.bus(), channel.id());
        }
    }

    private record Placed(String bus, String uid) {
        static Placed of(Placement placement) {
            return new Placed(placement.bus(), placement.uid());
        }
    }

    JournalRoster(Journal journal, AtomicLong nextId, Loaded loaded) {
        this.journal = journal;
        this.nextId = nextId;
        loaded.elsewhere()
                .forEach((id, elsewhere) -> channels.put(Carried.of(elsewhere.channel()), new Entry<>(id, elsewhere)));
        loaded.placements()
                .forEach((id, placement) -> placements.put(Placed.of(placement), new Entry<>(id, placement)));
    }

    @Override
    public synchronized void remember(Elsewhere channel) {
        var id = Carried.of(channel.channel());
        channels.put(
                id,
                written(
                        channels.get(id),
                        Records.CHANNEL_ELSEWHERE,
                        channel,
                        Records.json(Records.Channel.of(channel))));
    }

    private <T> Entry<T> written(@Nullable Entry<T> known, byte type, T value, byte[] record) {
        if (known != null) {
            journal.update(known.recordId, type, record).join();
            return new Entry<>(known.recordId, value);
        }
        long id = nextId.getAndIncrement();
        journal.add(id, type, record).join();
        return new Entry<>(id, value);
    }

    @Override
    public synchronized void forget(ChannelSettings channel) {
        deleted(channels.remove(Carried.of(channel)));
    }

    private void deleted(@Nullable Entry<?> known) {
        if (known != null) {
            journal.delete(known.recordId).join();
        }
    }

    @Override
    public Collection<Elsewhere> remembered() {
        return channels.values().stream().map(Entry::value).toList();
    }

    @Override
    public synchronized void place(Placement placement) {
        var key = Placed.of(placement);
        placements.put(key, written(placements.get(key), Records.PLACEMENT, placement, Records.json(placement)));
    }

    @Override
    public synchronized void forget(Placement placement) {
        deleted(placements.remove(Placed.of(placement)));
    }

    @Override
    public Collection<Placement> placements() {
        return placements.values().stream().map(Entry::value).toList();
    }
}
