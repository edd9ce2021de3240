package dev.sluice.gateway.balance;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.gateway.balance.Ticket.Place;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one revision which request goes to which pod now, and who waits. Its monitor guards all state of the
 * revision and is never held during I/O or while calling out.
 */
public final class RevisionGate {
    /** What became of a request that asked to enter. */
    public enum Entry {
        AT_POD,
        QUEUED,
        OVERFLOW
    }

    /** What ended a wait. */
    public enum Wait {
        AT_POD,
        TIMED_OUT,
        CANCELLED
    }

    /** Whom a gate tells; called without its monitor. */
    interface Listener {
        void wake(RevisionGate gate);

        void opened(RevisionGate gate, String podUid);

        /** Has something to report at the next tick, after a time without. */
        void active(RevisionGate gate);
    }

    private final RevisionId revision;
    private final Listener listener;
    private final LongSupplier clock;

    @GuardedBy("this")
    private final PodSet pods = new PodSet(this::probed);

    @GuardedBy("this")
    private final WaitingLine line = new WaitingLine();

    @GuardedBy("this")
    private final RevisionNumbers numbers = new RevisionNumbers();

    @GuardedBy("this")
    private boolean listed;

    @GuardedBy("this")
    private boolean wakeAsked;

    @GuardedBy("this")
    private final DrainHooks hooks = new DrainHooks();

    /** Another gateway that keeps the limit, where there is one. */
    @GuardedBy("this")
    private @Nullable LimitKeeper keeper;

    /** This gateway keeps the limit but does not know yet what others have in flight. */
    @GuardedBy("this")
    private boolean closed;

    /** Of those in the line, requests of other gateways. */
    @GuardedBy("this")
    private int borrowers;

    /** Pods granted by the keeper that have not been told of here yet. */
    @GuardedBy("this")
    private final List<Early> early = new ArrayList<>(0);

    private record Early(Ticket ticket, long call, String uid) {}

    private volatile @Nullable RevisionSettings settings;

    RevisionGate(RevisionId revision, Listener listener, LongSupplier clock) {
        this.revision = revision;
        this.listener = listener;
        this.clock = clock;
    }

    public RevisionId revision() {
        return revision;
    }

    /** How this revision's requests are treated; only asked for while a rule names it. */
    public RevisionSettings settings() {
        var current = settings;
        if (current == null) {
            throw new IllegalStateException("no settings for " + revision);
        }
        return current;
    }

    void configure(RevisionSettings next) {
        synchronized (this) {
            settings = next;
            reopen();
        }
    }

    void pods(List<PodEndpoint> endpoints) {
        synchronized (this) {
            pods.update(endpoints);
            reopen();
            takeEarly();
            notifyAll();
        }
    }

    synchronized void cordon(Set<String> uids, boolean on) {
        pods.cordon(uids, on);
        reopen();
    }

    /** Asks for a pod. {@link Entry#QUEUED} must be followed by {@link #await}, {@link Entry#AT_POD} by {@link #leave}. */
    public Entry enter(Ticket ticket) {
        boolean wake = false;
        boolean report = false;
        Entry entry;
        synchronized (this) {
            long now = clock.getAsLong();
            ticket.entered = now;
            ticket.dispatched = now;
            var pod = line.size() == 0 ? choose() : null;
            if (pod == null && waiting() >= depth()) {
                entry = Entry.OVERFLOW;
                numbers.enter(now);
                numbers.leave(now);
                numbers.answeredHere(503, 0);
            } else {
                numbers.enter(now);
                if (pod != null) {
                    dispatch(ticket, pod, now);
                    entry = Entry.AT_POD;
                } else {
                    ticket.move(Place.QUEUED);
                    line.addLast(ticket);
                    askKeeper(ticket);
                    wake = askForWake();
                    entry = Entry.QUEUED;
                }
            }
            if (!listed) {
                listed = true;
                report = true;
            }
        }
        if (report) {
            listener.active(this);
        }
        if (wake) {
            listener.wake(this);
        }
        return entry;
    }

    /**
     * Waits in the queue.
     *
     * @param deadline the request's own, of {@link System#nanoTime}
     */
    public Wait await(Ticket ticket, long deadline) {
        ticket.park(deadline);
        return settle(ticket);
    }

    /** Ends a wait: a request that still waits has timed out. */
    public synchronized Wait settle(Ticket ticket) {
        return switch (ticket.place()) {
            case AT_POD -> Wait.AT_POD;
            case CANCELLED, OUTSIDE -> Wait.CANCELLED;
            case QUEUED -> {
                line.remove(ticket);
                withdraw(ticket);
                ticket.move(Place.OUTSIDE);
                long now = clock.getAsLong();
                numbers.leave(now);
                numbers.answeredHere(504, now - ticket.entered);
                yield Wait.TIMED_OUT;
            }
        };
    }

    /** Takes a waiting request out of the queue; does nothing to one that is not waiting, and says so. */
    @CanIgnoreReturnValue
    public synchronized boolean cancel(Ticket ticket) {
        if (ticket.place() != Place.QUEUED) {
            return false;
        }
        line.remove(ticket);
        if (ticket.borrower() == null) {
            withdraw(ticket);
            numbers.leave(clock.getAsLong());
        } else {
            borrowers--;
        }
        ticket.move(Place.CANCELLED);
        return true;
    }

    /**
     * The request at its pod has ended.
     *
     * @param status of the answer; 0 is not counted: the client went away
     * @param nanos it took from its dispatch, or to the switch for a connection that changed its protocol
     */
    public synchronized void leave(Ticket ticket, int status, long nanos) {
        long now = clock.getAsLong();
        var pod = ticket.pod();
        ticket.pod = null;
        ticket.move(Place.OUTSIDE);
        numbers.leave(now);
        if (status > 0) {
            numbers.answered(status, ticket.waitedNanos(), nanos);
        }
        free(pod);
        returnToKeeper(pod.uid(), false);
        letThrough();
    }

    /** The pod refused the connection, nothing was sent: closes the pod and puts the request at the head of the queue. */
    public Entry refused(Ticket ticket) {
        boolean wake;
        Entry entry;
        synchronized (this) {
            var pod = ticket.pod();
            ticket.pod = null;
            pod.refused();
            free(pod);
            returnToKeeper(pod.uid(), true);
            ticket.move(Place.QUEUED);
            line.addFirst(ticket);
            askKeeper(ticket);
            reopen();
            wake = ticket.place() == Place.QUEUED && askForWake();
            entry = ticket.place() == Place.AT_POD ? Entry.AT_POD : Entry.QUEUED;
        }
        if (wake) {
            listener.wake(this);
        }
        return entry;
    }

    /** Asks for a pod for a request that another gateway has. */
    public synchronized void borrow(Ticket ticket) {
        if (keeper == null) {
            ticket.move(Place.QUEUED);
            line.addLast(ticket);
            borrowers++;
            letThrough();
        }
    }

    /** Another gateway has requests at a pod that was chosen elsewhere. */
    public synchronized void lent(String borrower, String podUid, int count) {
        pods.lend(borrower, podUid, count);
    }

    /** A request of another gateway has left its pod. */
    public synchronized void returned(String borrower, String podUid, boolean refused) {
        pods.takeBack(borrower, podUid);
        var pod = pods.find(podUid);
        if (refused && pod != null) {
            pod.refused();
            reopen();
        } else {
            letThrough();
        }
    }

    /** Another gateway has nothing at any pod, as far as is known. */
    public synchronized void forget(String borrower) {
        pods.forget(borrower);
    }

    /** This gateway keeps the limit. As long as it does not know what others have in flight, requests wait. */
    public synchronized void keptHere(boolean known) {
        if (keeper != null) {
            keeper = null;
            early.clear();
        }
        closed = !known;
        letThrough();
    }

    /** Another gateway keeps the limit: it is told what is in flight here, and asked for what waits. */
    public synchronized void keptBy(LimitKeeper other) {
        keeper = other;
        closed = false;
        pods.forget(null);
        for (var ticket = line.first(); ticket != null; ) {
            var next = ticket.after;
            if (ticket.borrower() != null) {
                line.remove(ticket);
                ticket.move(Place.OUTSIDE); // its gateway asks the keeper itself
            }
            ticket = next;
        }
        borrowers = 0;
        tell(other);
    }

    /** Tells everything once more, if it is this one that keeps the limit. */
    public synchronized void tell(LimitKeeper other) {
        if (other.equals(keeper) && limit() > 0) {
            early.clear();
            pods.held().forEach((uid, count) -> other.holds(this, uid, count));
            for (var ticket = line.first(); ticket != null; ticket = ticket.after) {
                other.ask(this, ticket);
            }
        }
    }

    /** The keeper has chosen a pod; false when nobody waits for that any more. */
    public synchronized boolean granted(Ticket ticket, long call, String podUid) {
        if (keeper == null || ticket.call() != call || ticket.place() != Place.QUEUED) {
            return false;
        }
        var pod = pods.find(podUid);
        if (pod == null) {
            early.add(new Early(ticket, call, podUid));
        } else if (pod.takes()) {
            line.remove(ticket);
            letGo(ticket, pod);
        } else {
            returnToKeeper(podUid, false);
            askKeeper(ticket);
        }
        return true;
    }

    @GuardedBy("this")
    private void takeEarly() {
        if (!early.isEmpty()) {
            var all = List.copyOf(early);
            early.clear();
            all.forEach(one -> granted(one.ticket(), one.call(), one.uid()));
        }
    }

    @GuardedBy("this")
    private void askKeeper(Ticket ticket) {
        if (keeper != null && limit() > 0) {
            keeper.ask(this, ticket);
        }
    }

    @GuardedBy("this")
    private void returnToKeeper(String uid, boolean refused) {
        if (keeper != null && limit() > 0) {
            keeper.left(this, uid, refused);
        }
    }

    @GuardedBy("this")
    private void withdraw(Ticket ticket) {
        if (keeper == null || limit() == 0) {
            return;
        }
        for (var one : early) {
            if (one.ticket().equals(ticket)) {
                early.remove(one);
                returnToKeeper(one.uid(), false);
                return;
            }
        }
        keeper.withdraw(ticket);
    }

    /** Requests of this gateway that wait. */
    @GuardedBy("this")
    private int waiting() {
        return line.size() - borrowers;
    }

    /** Waits until none of the pods has anything in flight here. */
    boolean awaitDrained(Set<String> uids, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (this) {
            while (pods.inFlight(uids) > 0) {
                if (!waitUntil(deadline)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * A preStop hook of a container of one of this revision's pods, which cannot say of which: returns when there are as many
     * terminating pods as hooks of that container and none of them has anything in flight. Without a deletion within
     * {@code patience} it is a liveness restart, and is let go (spec/gateway-experiments.md section 1).
     */
    public DrainOutcome drainHook(String container, Duration patience, Duration limit) throws InterruptedException {
        long start = System.nanoTime();
        synchronized (this) {
            hooks.enter(container);
            try {
                while (hooks.waiting(container) > pods.uncharged(container)) {
                    if (!waitUntil(start + patience.toNanos())) {
                        return DrainOutcome.NO_DELETION;
                    }
                }
                while (pods.inFlightOfTerminating() > 0) {
                    if (!waitUntil(start + limit.toNanos())) {
                        return DrainOutcome.TIMED_OUT;
                    }
                }
                pods.charge(container);
                return DrainOutcome.DRAINED;
            } finally {
                hooks.leave(container);
            }
        }
    }

    /** Numbers of the second that ends now; null, and off the list of the active, when nothing happened in it. */
    @Nullable
    RevisionStat tick(long start, long now) {
        boolean wake;
        RevisionStat stat;
        synchronized (this) {
            stat = numbers.take(revision, start, now, waiting());
            listed = stat != null;
            wake = line.size() > 0 && pods.open().length == 0;
            wakeAsked |= wake;
        }
        if (wake) {
            listener.wake(this);
        }
        return stat;
    }

    public synchronized boolean hasWaiting() {
        return line.size() > 0;
    }

    public synchronized boolean hasOpenPod() {
        return pods.open().length > 0;
    }

    synchronized boolean idle() {
        return numbers.concurrency() == 0 && pods.isEmpty() && hooks.isEmpty();
    }

    /** Snapshot for the metrics page. */
    synchronized GateSnapshot snapshot() {
        var current = settings;
        var owners = current == null ? RevisionSettings.Owners.NOBODY : current.owners();
        return numbers.snapshot(revision, owners, waiting(), pods.open().length);
    }

    /** Closes idle connections that nobody used for a while. */
    void trim(long olderThan) {
        List<Pod> all;
        synchronized (this) {
            all = pods.all();
        }
        all.forEach(pod -> pod.pool().trim(olderThan));
    }

    synchronized void close() {
        pods.close();
    }

    private void probed(Pod pod, Prober prober) {
        boolean first = false;
        synchronized (this) {
            if (pod.prober() != prober) {
                return;
            }
            pod.prober(null);
            if (prober.watches()) {
                pod.faltered();
            } else {
                first = pod.answered();
            }
            reopen();
        }
        if (first) {
            listener.opened(this, pod.uid());
        }
    }

    @GuardedBy("this")
    private void reopen() {
        pods.refresh(settings);
        if (pods.open().length > 0) {
            wakeAsked = false;
        }
        letThrough();
    }

    @GuardedBy("this")
    private void free(Pod pod) {
        if (pods.free(pod)) {
            notifyAll();
        }
    }

    @GuardedBy("this")
    private void letThrough() {
        for (var ticket = line.first(); ticket != null; ticket = line.first()) {
            var pod = choose();
            if (pod == null) {
                return;
            }
            line.remove(ticket);
            var borrower = ticket.borrower();
            if (borrower == null) {
                letGo(ticket, pod);
            } else {
                borrowers--;
                pods.lend(borrower, pod.uid(), 1);
                ticket.grant(pod.uid());
            }
        }
    }

    @GuardedBy("this")
    private void letGo(Ticket ticket, Pod pod) {
        long now = clock.getAsLong();
        numbers.waited(now - ticket.entered);
        dispatch(ticket, pod, now);
    }

    @GuardedBy("this")
    private void dispatch(Ticket ticket, Pod pod, long now) {
        pod.inFlight++;
        ticket.pod = pod;
        ticket.dispatched = now;
        ticket.move(Place.AT_POD);
    }

    @GuardedBy("this")
    private @Nullable Pod choose() {
        // without settings its limit is not known: pods, and other gateways' requests, may come before the table
        boolean elsewhere = settings == null || (limit() > 0 && (closed || keeper != null));
        return elsewhere || pods.open().length == 0
                ? null
                : PodChoice.choose(pods.open(), limit(), ThreadLocalRandom.current());
    }

    @GuardedBy("this")
    private boolean askForWake() {
        boolean ask = pods.open().length == 0 && !wakeAsked;
        wakeAsked |= ask;
        return ask;
    }

    private int limit() {
        var current = settings;
        return current == null ? 0 : current.containerConcurrency();
    }

    private int depth() {
        var current = settings;
        return current == null ? 0 : current.queueDepth();
    }

    @GuardedBy("this")
    @SuppressWarnings("WaitNotInLoop") // its callers loop on what they wait for
    private boolean waitUntil(long deadline) throws InterruptedException {
        long millis = (deadline - System.nanoTime() + 999_999) / 1_000_000;
        if (millis <= 0) {
            return false;
        }
        wait(millis);
        return true;
    }
}
