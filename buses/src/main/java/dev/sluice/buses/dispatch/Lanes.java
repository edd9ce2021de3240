package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Events by key: of each key only the oldest is under way, and the others wait behind it. What its bus will give again, because it began
 * anew, leaves: after a rewind the past must not come after it.
 */
final class Lanes {
    enum Entry {
        UNDER_WAY,
        WAITS,
        /** It is here already: a bus that lost its connection gave it again. The newer delivery is the one to acknowledge. */
        KNOWN,
        /** It comes again. */
        STALE
    }

    private static final class Lane {
        Bus.Delivery head;
        final Map<String, Bus.Delivery> behind = new LinkedHashMap<>();

        Lane(Bus.Delivery head) {
            this.head = head;
        }
    }

    private final Map<String, Lane> lanes = new HashMap<>();
    private final Runnable left;

    /** @param left told of each that waited and leaves without having been under way */
    Lanes(Runnable left) {
        this.left = left;
    }

    synchronized Entry enter(String key, Bus.Delivery delivery) {
        if (delivery.isStale()) {
            return Entry.STALE;
        }
        var lane = lanes.get(key);
        if (lane == null) {
            lanes.put(key, new Lane(delivery));
            return Entry.UNDER_WAY;
        }
        dropStale(lane);
        if (lane.head.stamp().equals(delivery.stamp())) {
            lane.head = delivery;
            return Entry.KNOWN;
        }
        return lane.behind.put(delivery.stamp(), delivery) == null ? Entry.WAITS : Entry.KNOWN;
    }

    private void dropStale(Lane lane) {
        lane.behind.values().removeIf(waiting -> {
            boolean stale = waiting.isStale();
            if (stale) {
                left.run();
            }
            return stale;
        });
    }

    /**
     * One that has left, and the next one, which is under way now.
     *
     * @param done as the bus gave it last: that is the one to acknowledge
     */
    record Advance(Bus.Delivery done, Optional<Bus.Delivery> next) {}

    synchronized Advance advance(String key) {
        var lane = lanes.get(key);
        if (lane == null) {
            throw new IllegalStateException("nothing is under way for " + key);
        }
        var done = lane.head;
        dropStale(lane);
        if (lane.behind.isEmpty()) {
            lanes.remove(key);
            return new Advance(done, Optional.empty());
        }
        var oldest = lane.behind.entrySet().iterator();
        lane.head = oldest.next().getValue();
        oldest.remove();
        return new Advance(done, Optional.of(lane.head));
    }
}
