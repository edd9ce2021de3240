package dev.sluice.workflows.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events of one run and the rules of their phases. Deterministic: time comes in, order is that of arrival.
 *
 * <pre>
 *   WAITING --delivered--> DELIVERED        WAITING --rejected, or retries used up--> PARKED --replay--> WAITING
 *   WAITING, PARKED --drop--> DROPPED       WAITING, PARKED --subscription deleted--> ORPHANED
 * </pre>
 *
 * With a dead letter sink an event goes on WAITING instead of being PARKED, for the sink now, with retries of its own: taken, it
 * is DEAD_LETTERED, else it is PARKED.
 */
final class Ledger {
    private static final int KEPT_ATTEMPTS = 20;
    /** Of all that is written down: Temporal ends a workflow that goes on with more than 2 MiB, and does not show as much either. */
    private static final int MOST_BYTES = 768 << 10;

    private final Map<String, DeliveryState.Item> items = new LinkedHashMap<>();
    private long bytes;
    private final Map<Phase, Integer> entered = new EnumMap<>(Phase.class);

    private final List<String> released = new ArrayList<>();

    Ledger(List<DeliveryState.Item> items) {
        items.forEach(this::keep);
        shorten();
    }

    /** False when it is here already, unless it was last tried before it was given again on purpose. */
    boolean add(Undelivered event, Subject subject, long now, long rewoundMillis) {
        var policy = subject.policy();
        var parcel = event.parcel();
        var known = items.get(parcel.stamp());
        if (known != null && !beginsAnew(known, rewoundMillis)) {
            return false;
        }
        int before = known == null ? 0 : known.attempts();
        var item = new DeliveryState.Item(
                parcel.stamp(),
                parcel.type(),
                parcel.source(),
                parcel.id(),
                parcel,
                Phase.WAITING,
                before,
                before,
                now + policy.backoff().before(0, parcel.stamp()).toMillis(),
                known == null ? List.of() : known.tried(),
                null);
        for (var tried : event.tried()) {
            item = tried(item, tried, subject, now);
        }
        put(item);
        return true;
    }

    private static boolean beginsAnew(DeliveryState.Item known, long rewoundMillis) {
        return known.phase() != Phase.WAITING
                && !known.tried().isEmpty()
                && known.tried().stream().allMatch(tried -> tried.atMillis() < rewoundMillis);
    }

    private void put(DeliveryState.Item item) {
        var before = keep(item);
        shorten();
        count(before == null ? Phase.WAITING : before.phase(), item.phase());
        release(before, item);
    }

    private DeliveryState.@Nullable Item keep(DeliveryState.Item item) {
        var before = items.put(item.stamp(), item);
        bytes += Weight.of(item) - (before == null ? 0 : Weight.of(before));
        return before;
    }

    /** Attempts are told as far as there is room: the data of what is open must stay. */
    private void shorten() {
        for (int kept = KEPT_ATTEMPTS / 2; kept > 0 && bytes > MOST_BYTES; kept /= 2) {
            for (var item : List.copyOf(items.values())) {
                if (item.tried().size() > kept) {
                    keep(item.withTried(newest(item.tried(), kept)));
                }
            }
        }
    }

    /** The first stays too, where there is more than one. */
    private static List<Tried> newest(List<Tried> tried, int most) {
        if (tried.size() <= most) {
            return tried;
        }
        int from = tried.size() - Math.max(1, most - 1);
        var kept = new ArrayList<>(tried.subList(from, tried.size()));
        if (most > 1) {
            kept.addFirst(tried.getFirst());
        }
        return kept;
    }

    private void release(DeliveryState.@Nullable Item before, DeliveryState.Item now) {
        var had = before == null ? null : before.parcel();
        if (had != null && now.parcel() == null && had.headers().containsKey(Parcel.CLAIM)) {
            released.add(had.headers().get(Parcel.CLAIM));
        }
    }

    boolean anyReleased() {
        return !released.isEmpty();
    }

    /** Claims that are not needed any more since this was last asked. */
    List<String> takeReleased() {
        var taken = List.copyOf(released);
        released.clear();
        return taken;
    }

    private void count(Phase from, Phase to) {
        if (from != to) {
            entered.merge(to, 1, Integer::sum);
        }
    }

    /** How many events have come to a phase from another one since this was last asked. */
    Map<Phase, Integer> takeEntered() {
        var taken = Map.copyOf(entered);
        entered.clear();
        return taken;
    }

    boolean knows(String stamp) {
        return items.containsKey(stamp);
    }

    Phase phase(String stamp) {
        return item(stamp).phase();
    }

    private DeliveryState.Item item(String stamp) {
        var item = items.get(stamp);
        if (item == null) {
            throw new IllegalArgumentException("no event " + stamp);
        }
        return item;
    }

    /** Events whose time has come, the oldest first, within the bounds of one round; one at least if there is any. */
    List<DeliveryState.Item> due(long now, int atMost, int bytes) {
        var due = new ArrayList<DeliveryState.Item>();
        int taken = 0;
        for (var item : items.values()) {
            var parcel = item.parcel();
            if (item.phase() == Phase.WAITING && item.nextAttemptMillis() <= now && parcel != null) {
                taken += parcel.body().length();
                if (!due.isEmpty() && (due.size() >= atMost || taken > bytes)) {
                    break;
                }
                due.add(item);
            }
        }
        return due;
    }

    OptionalLong nextAttempt() {
        return items.values().stream()
                .filter(item -> item.phase() == Phase.WAITING)
                .mapToLong(DeliveryState.Item::nextAttemptMillis)
                .min();
    }

    boolean anyOpen() {
        return items.values().stream().anyMatch(item -> item.phase().open());
    }

    boolean any(Phase phase) {
        return items.values().stream().anyMatch(item -> item.phase() == phase);
    }

    int count(Phase phase) {
        return (int)
                items.values().stream().filter(item -> item.phase() == phase).count();
    }

    void tried(String stamp, Tried tried, Subject subject, long now) {
        var item = item(stamp);
        if (item.phase() == Phase.WAITING) {
            put(tried(item, tried, subject, now));
        }
    }

    private static DeliveryState.Item tried(DeliveryState.Item item, Tried tried, Subject subject, long now) {
        var policy = subject.policy();
        var all = new ArrayList<Tried>();
        item.tried().forEach(before -> all.add(before.withoutAnswer()));
        all.add(tried);
        var history = newest(all, KEPT_ATTEMPTS);
        int attempts = item.attempts() + 1;
        int counted = attempts - item.spared();
        boolean atSink = item.failure() != null;
        var phase = switch (tried.verdict()) {
            case DELIVERED -> atSink ? Phase.DEAD_LETTERED : Phase.DELIVERED;
            case REJECTED -> Phase.PARKED;
            case RETRY -> counted > policy.retry() ? Phase.PARKED : Phase.WAITING;
        };
        if (phase == Phase.PARKED && !atSink && subject.deadLetters()) {
            return new DeliveryState.Item(
                    item.stamp(),
                    item.type(),
                    item.source(),
                    item.id(),
                    item.parcel(),
                    Phase.WAITING,
                    attempts,
                    attempts,
                    now,
                    history,
                    Failure.of(tried));
        }
        long wait = policy.waitBefore(counted - 1, item.stamp(), Duration.ofMillis(tried.retryAfterMillis()))
                .toMillis();
        return new DeliveryState.Item(
                item.stamp(),
                item.type(),
                item.source(),
                item.id(),
                phase.open() ? item.parcel() : null,
                phase,
                attempts,
                item.spared(),
                phase == Phase.WAITING ? now + wait : 0,
                history,
                item.failure());
    }

    /** Whatever is due waits until then. */
    void postpone(long until) {
        move(item -> item.phase() == Phase.WAITING && item.nextAttemptMillis() < until, Phase.WAITING, until);
    }

    /** Whatever waits is due now. */
    void hurry(long now) {
        move(item -> item.phase() == Phase.WAITING && item.nextAttemptMillis() > now, Phase.WAITING, now);
    }

    /** Whether an event waits for longer than until then. */
    boolean waitsBeyond(String stamp, long until) {
        var item = item(stamp);
        return item.phase() == Phase.WAITING && item.nextAttemptMillis() > until;
    }

    /** An event that waits is due then. */
    void dueAt(String stamp, long when) {
        move(item -> item.stamp().equals(stamp) && item.phase() == Phase.WAITING, Phase.WAITING, when);
    }

    int replay(List<String> stamps, long now) {
        return move(chosen(stamps, Phase.PARKED), Phase.WAITING, now);
    }

    int drop(List<String> stamps) {
        return move(
                stamps.isEmpty()
                        ? item -> item.phase() == Phase.PARKED
                        : item -> item.phase().open() && stamps.contains(item.stamp()),
                Phase.DROPPED,
                0);
    }

    void orphan() {
        move(item -> item.phase().open(), Phase.ORPHANED, 0);
    }

    private static Predicate<DeliveryState.Item> chosen(List<String> stamps, Phase phase) {
        return item -> item.phase() == phase && (stamps.isEmpty() || stamps.contains(item.stamp()));
    }

    private int move(Predicate<DeliveryState.Item> which, Phase to, long nextAttempt) {
        int moved = 0;
        for (var entry : items.entrySet()) {
            var item = entry.getValue();
            if (which.test(item)) {
                boolean fresh = item.phase() == Phase.PARKED && to == Phase.WAITING;
                var next = new DeliveryState.Item(
                        item.stamp(),
                        item.type(),
                        item.source(),
                        item.id(),
                        to.open() ? item.parcel() : null,
                        to,
                        item.attempts(),
                        fresh ? item.attempts() : item.spared(),
                        nextAttempt,
                        item.tried(),
                        fresh ? null : item.failure());
                entry.setValue(next);
                bytes += Weight.of(next) - Weight.of(item);
                release(item, next);
                count(item.phase(), to);
                moved++;
            }
        }
        return moved;
    }

    List<DeliveryState.Item> items() {
        return List.copyOf(items.values());
    }

    List<Timeline.Event> timeline() {
        return items.values().stream()
                .map(item -> new Timeline.Event(
                        item.stamp(),
                        item.type(),
                        item.source(),
                        item.id(),
                        item.phase(),
                        item.attempts(),
                        item.nextAttemptMillis(),
                        item.tried()))
                .toList();
    }
}
