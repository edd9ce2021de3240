package dev.sluice.buses.claim;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bodies of big events, and who still needs them. A body is on disk before its event is published; it is deleted when every
 * subscription that got it is done with it, delivery workflows included. What it notes survives a kill of the process; that there is
 * something to deliver survives a loss of power too.
 *
 * A subscription says that it is done before its bus is told so. After a kill between the two the bus gives the event again, and what is
 * noted of a deleted body says that nothing is left to do.
 */
public final class ClaimStore {
    private static final Logger LOG = LoggerFactory.getLogger(ClaimStore.class);
    private static final int ID_BYTES = 16; // not to be guessed by who writes into a bus
    private static final int MOST_GONE = 10_000;
    private static final Duration REMEMBER_GONE = Duration.ofDays(7);
    /** Kafka drops whole segments, and by default one is full or a week old by then. */
    private static final Duration DROPPED_LATE = Duration.ofDays(7);
    /** Nobody was told that such an event was accepted. */
    private static final Duration REMEMBER_UNPUBLISHED = Duration.ofHours(1);

    private final ClaimFiles files;
    private final ClaimLimits limits;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    @GuardedBy("this")
    private final Map<String, Note> notes;

    /** Ids of which this process does not know yet whether the bus takes them. */
    @GuardedBy("this")
    private final Set<String> inPublication = new HashSet<>();

    @GuardedBy("this")
    private long used;

    @GuardedBy("this")
    private final Set<Held> unattended = new HashSet<>();

    /** What subscriptions got and are not done with, since this process began. */
    @GuardedBy("this")
    private final Set<Taken> inHand = new HashSet<>();

    private record Taken(String claim, String uid) {}

    private ClaimStore(ClaimFiles files, Map<String, Note> notes, ClaimLimits limits, Clock clock) {
        this.files = files;
        this.notes = notes;
        this.limits = limits;
        this.clock = clock;
        this.used = notes.values().stream()
                .filter(note -> note.phase().hasBody())
                .mapToLong(Note::length)
                .sum();
    }

    /**
     * One process at a time.
     *
     * @throws UncheckedIOException when the folder cannot be read
     */
    public static ClaimStore open(Path folder, ClaimLimits limits, Clock clock) {
        try {
            var files = new ClaimFiles(folder);
            return new ClaimStore(files, files.load(), limits, clock);
        } catch (IOException e) {
            throw new UncheckedIOException("opening the big events in " + folder + ": " + e.getMessage(), e);
        }
    }

    boolean isBig(EventMessage event) {
        return event.length() > limits.inline();
    }

    /** What a claim leads to. */
    sealed interface Found {
        record Whole(EventMessage event) implements Found {}

        /** Everybody was done with it. */
        record Settled() implements Found {}

        record Missing() implements Found {}
    }

    /**
     * Keeps the body; durable when this returns.
     *
     * @param holders uids of the subscriptions that the channel has
     * @return the claim; empty when there is no room
     * @throws UncheckedIOException when it cannot be written
     */
    Optional<String> store(ChannelId channel, EventMessage event, Collection<String> holders) {
        var id = new byte[ID_BYTES];
        random.nextBytes(id);
        var claim = HexFormat.of().formatHex(id);
        var note = Note.stored(channel, event, holders, clock.millis());
        try {
            if (!reserve(note.length())) {
                return Optional.empty();
            }
            var written = false;
            try {
                files.write(claim, event.body(), note);
                written = true;
            } finally {
                if (!written) {
                    giveBack(note.length());
                }
            }
            synchronized (this) {
                notes.put(claim, note);
                inPublication.add(claim);
            }
            return Optional.of(claim);
        } catch (IOException e) {
            throw new UncheckedIOException("keeping a big event: " + e.getMessage(), e);
        }
    }

    private synchronized boolean reserve(int length) throws IOException {
        if (used + length > limits.bytes() || files.freeDisk() - length < limits.freeDisk()) {
            makeRoom(length);
            if (used + length > limits.bytes() || files.freeDisk() - length < limits.freeDisk()) {
                return false;
            }
        }
        used += length;
        return true;
    }

    private synchronized void giveBack(int length) {
        used -= length;
    }

    /** By what nobody can ask for, what everybody was done with, then what nobody was told was accepted; the oldest first. */
    @GuardedBy("this")
    private void makeRoom(int length) throws IOException {
        for (var claim : List.copyOf(notes.keySet())) {
            if (isDropped(claim, Duration.ZERO)) {
                forget(claim);
            }
        }
        var undecided = Set.copyOf(inPublication);
        for (var phase : List.of(Note.Phase.KEPT, Note.Phase.STORED)) {
            var oldest = notes.entrySet().stream()
                    .filter(entry -> entry.getValue().phase() == phase && !undecided.contains(entry.getKey()))
                    .sorted(Comparator.comparingLong(entry -> entry.getValue().storedMillis()))
                    .map(Map.Entry::getKey)
                    .toList();
            for (var claim : oldest) {
                if (used + length <= limits.bytes() && files.freeDisk() - length >= limits.freeDisk()) {
                    return;
                }
                forgetBody(claim);
            }
        }
    }

    /** Its bus keeps it no longer, and who was to take it has not: no word of it will ever come. */
    @GuardedBy("this")
    private boolean isDropped(String claim, Duration since) {
        var note = notes.get(claim);
        if (note == null
                || note.phase() != Note.Phase.PUBLISHED
                || note.keepMillis() == 0
                || clock.millis() - note.storedMillis() <= note.keepMillis() + since.toMillis()
                || !note.workflows().isEmpty()) {
            return false;
        }
        for (var uid : note.holders()) {
            if (inHand.contains(new Taken(claim, uid))) {
                return false;
            }
        }
        return true;
    }

    /** Not settled: when its bus gives it all the same, that is to be heard of. */
    @GuardedBy("this")
    private void forget(String claim) {
        var note = notes.remove(claim);
        if (note != null) {
            LOG.atWarn()
                    .addKeyValue("event", note.id())
                    .addKeyValue("subscriptions", note.holders())
                    .log(
                            "the bus has dropped a big event before all its subscriptions had taken it; its payload is deleted");
            used -= note.length();
            files.delete(claim);
        }
    }

    /**
     * The bus has it. Durable when this returns.
     *
     * @param subscriptions uids of those that the channel has now
     * @param keep how long the bus may give it again on request
     */
    synchronized void published(String claim, Collection<String> subscriptions, Duration keep) {
        var note = notes.get(claim);
        if (note != null && note.phase() == Note.Phase.STORED) {
            change(claim, note.published(subscriptions, keep.toMillis(), clock.millis()), true);
        }
    }

    /** The publication has ended. When it is not known to have succeeded, whoever gets the event from the bus settles that. */
    synchronized void decided(String claim) {
        inPublication.remove(claim);
    }

    /** The bus does not have it. */
    synchronized void refused(String claim) {
        inPublication.remove(claim);
        var note = notes.remove(claim);
        if (note != null) {
            used -= note.length();
            files.delete(claim);
        }
    }

    /** For a subscription that got the claim from the bus, and holds it from now on. */
    synchronized Found take(EventMessage check, @Nullable ChannelId channel, String uid) {
        var claim = ClaimCheck.claim(check).orElse("");
        var note = notes.get(claim);
        if (note == null || channel == null || !note.of(channel)) {
            return new Found.Missing();
        }
        if (!note.phase().hasBody()) {
            return new Found.Settled();
        }
        boolean settles = note.phase() == Note.Phase.STORED && !inPublication.contains(claim);
        if (settles || note.phase() == Note.Phase.KEPT || !note.holders().contains(uid)) {
            noteIfPossible(claim, note.taken(uid, settles, clock.millis()));
        }
        inHand.add(new Taken(claim, uid));
        return new Found.Whole(whole(check, claim, note));
    }

    /**
     * The event that a delivery workflow has, which holds the claim already; itself when it has none, or one that leads nowhere. Empty when
     * everybody was done with it: the hand-over was repeated, and a workflow has settled it before.
     */
    public synchronized Optional<EventMessage> whole(EventMessage event, ChannelId channel) {
        var claim = ClaimCheck.claim(event).orElse("");
        var note = notes.get(claim);
        if (note == null || !note.of(channel)) {
            return Optional.of(event);
        }
        return note.phase().hasBody() ? Optional.of(whole(event, claim, note)) : Optional.empty();
    }

    private EventMessage whole(EventMessage check, String claim, Note note) {
        return EventMessage.keptElsewhere(check, note.headers(), note.length(), () -> read(claim));
    }

    private byte[] read(String claim) {
        try {
            return files.read(claim);
        } catch (IOException e) {
            throw new UncheckedIOException("reading a big event: " + e, e);
        }
    }

    /** A delivery workflow is about to need it, that of the batch which begins with this stamp. */
    synchronized void handedOver(String claim, String uid, String batch) {
        unattended.remove(new Held(claim, uid, batch)); // it may be tried for hours
        var note = notes.get(claim);
        if (note != null && note.phase().hasBody()) {
            change(claim, note.handedOver(uid, batch), false);
        }
    }

    /** The dispatcher is done with it; the body stays while a workflow of the subscription needs it. */
    synchronized void acknowledged(String claim, String uid) {
        inHand.remove(new Taken(claim, uid));
        var note = notes.get(claim);
        if (note != null && note.holders().contains(uid) && !note.workflows().containsKey(uid)) {
            noteIfPossible(claim, note.released(uid));
        }
    }

    /** The subscription is done with them, its workflows too. */
    public synchronized void release(Collection<String> claims, String uid) {
        for (var claim : claims) {
            inHand.remove(new Taken(claim, uid));
            var note = notes.get(claim);
            if (note != null && note.holders().contains(uid)) {
                change(claim, note.released(uid), false);
            }
        }
    }

    /** There is no such subscription any more. */
    synchronized void releaseAll(String uid) {
        release(List.copyOf(notes.keySet()), uid);
    }

    /** Delivery goes on; what could not be written is written with the next change, or costs disk after a restart. */
    @GuardedBy("this")
    private void noteIfPossible(String claim, Note next) {
        try {
            change(claim, next, false);
        } catch (UncheckedIOException e) {
            notes.put(claim, next);
            LOG.atWarn()
                    .addKeyValue("claim", claim)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("a change of a big event is remembered in memory only");
        }
    }

    @GuardedBy("this")
    private void change(String claim, Note next, boolean durable) {
        try {
            if (next.needsBody()) {
                files.write(claim, next, durable);
                notes.put(claim, next);
            } else if (next.keepMillis() > clock.millis() - next.storedMillis()) {
                var kept = next.phase() == Note.Phase.KEPT ? next : next.kept(clock.millis());
                files.write(claim, kept, durable);
                notes.put(claim, kept);
            } else {
                notes.put(claim, next);
                forgetBody(claim);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("noting what became of a big event: " + e.getMessage(), e);
        }
    }

    @GuardedBy("this")
    private void forgetBody(String claim) throws IOException {
        var note = notes.get(claim);
        if (note != null && note.phase().hasBody()) {
            var gone = note.gone(clock.millis());
            files.write(claim, gone, true); // a body that is missing for no reason would be a loss
            notes.put(claim, gone);
            used -= note.length();
            files.deleteBody(claim);
        }
    }

    /** A workflow that somebody has to ask for: of this subscription, with this batch. */
    public record Held(String claim, String uid, String batch) {}

    /** What workflows are said to hold. */
    public synchronized List<Held> heldByWorkflows() {
        return notes.entrySet().stream()
                .flatMap(note -> note.getValue().workflows().entrySet().stream()
                        .map(held -> new Held(note.getKey(), held.getKey(), held.getValue())))
                .toList();
    }

    /**
     * Deletes what nobody will ask for. To be called from time to time.
     *
     * @param subscriptions uids of all there are
     * @param ended of {@link #heldByWorkflows} those whose workflow is not open. One that is just about to be started is among them, so
     *     only what was among them the time before as well is taken for done
     */
    public synchronized void sweep(Supplier<Set<String>> subscriptions, Set<Held> ended) {
        var there = subscriptions.get();
        long now = clock.millis();
        for (var held : ended) {
            var note = notes.get(held.claim());
            if (unattended.contains(held)
                    && note != null
                    && held.batch().equals(note.workflows().get(held.uid()))) {
                LOG.atWarn()
                        .addKeyValue("subscription", held.uid())
                        .addKeyValue("event", note.id())
                        .log("the workflow of a big event has ended without a word; its payload is not kept for it");
                release(List.of(held.claim()), held.uid());
            }
        }
        unattended.clear();
        unattended.addAll(ended);
        for (var claim : List.copyOf(notes.keySet())) {
            var note = notes.get(claim);
            if (note != null) {
                note.holders().stream()
                        .filter(uid -> !there.contains(uid))
                        .forEach(uid -> release(List.of(claim), uid));
                sweep(claim, now);
            }
        }
        forgetOldest();
    }

    @GuardedBy("this")
    private void sweep(String claim, long now) {
        var note = notes.get(claim);
        if (note == null) {
            return;
        }
        try {
            switch (note.phase()) {
                case STORED -> {
                    if (!inPublication.contains(claim) && now - note.sinceMillis() > REMEMBER_UNPUBLISHED.toMillis()) {
                        forgetBody(claim);
                    }
                }
                case PUBLISHED -> {
                    if (!note.needsBody()) { // what failed before
                        change(claim, note, false);
                    } else if (isDropped(claim, DROPPED_LATE)) {
                        forget(claim);
                    }
                }
                case KEPT -> {
                    if (now - note.storedMillis() >= note.keepMillis()) {
                        forgetBody(claim);
                    }
                }
                case GONE -> {
                    if (now - note.sinceMillis() > REMEMBER_GONE.toMillis()) {
                        notes.remove(claim);
                        files.delete(claim);
                    }
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.atWarn()
                    .addKeyValue("claim", claim)
                    .addKeyValue("cause", String.valueOf(e))
                    .log("a big event that nobody needs could not be deleted; tried again later");
        }
    }

    @GuardedBy("this")
    private void forgetOldest() {
        var gone = notes.entrySet().stream()
                .filter(note -> !note.getValue().phase().hasBody())
                .sorted(Comparator.comparingLong(note -> note.getValue().sinceMillis()))
                .map(Map.Entry::getKey)
                .toList();
        for (var claim : gone.subList(0, Math.max(0, gone.size() - MOST_GONE))) {
            notes.remove(claim);
            files.delete(claim);
        }
    }

    /** That bodies take on disk. */
    public synchronized long bytes() {
        return used;
    }

    /** By claim, for tests. */
    synchronized Map<String, Note> notes() {
        return new HashMap<>(notes);
    }
}
