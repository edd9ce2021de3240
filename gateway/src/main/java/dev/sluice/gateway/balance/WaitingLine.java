package dev.sluice.gateway.balance;

import org.jspecify.annotations.Nullable;

/** First come, first served; anybody may leave from the middle at once. Guarded by the gate's monitor. */
final class WaitingLine {
    private @Nullable Ticket first;
    private @Nullable Ticket last;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Ticket first() {
        return first;
    }

    void addLast(Ticket ticket) {
        ticket.before = last;
        ticket.after = null;
        if (last == null) {
            first = ticket;
        } else {
            last.after = ticket;
        }
        last = ticket;
        size++;
    }

    /** For a request that had been let through and came back unsent. */
    void addFirst(Ticket ticket) {
        ticket.before = null;
        ticket.after = first;
        if (first == null) {
            last = ticket;
        } else {
            first.before = ticket;
        }
        first = ticket;
        size++;
    }

    void remove(Ticket ticket) {
        if (ticket.before == null) {
            first = ticket.after;
        } else {
            ticket.before.after = ticket.after;
        }
        if (ticket.after == null) {
            last = ticket.before;
        } else {
            ticket.after.before = ticket.before;
        }
        ticket.before = null;
        ticket.after = null;
        size--;
    }
}
