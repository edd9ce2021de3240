package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.send.Attempt;
import dev.sluice.workflows.delivery.Parcel;
import dev.sluice.workflows.delivery.Tried;
import java.time.Instant;
import java.util.Base64;

/** Events between the bus and the workflows. */
public final class Parcels {
    /** Of a big event the claim check. */
    static Parcel of(String stamp, EventMessage whole) {
        var event = whole.reference();
        return new Parcel(
                stamp,
                event.type(),
                event.source(),
                event.id(),
                event.headers(),
                Base64.getEncoder().encodeToString(event.body()));
    }

    public static EventMessage event(Parcel parcel) {
        return new EventMessage(
                parcel.headers(),
                Base64.getDecoder().decode(parcel.body()),
                parcel.type(),
                parcel.source(),
                parcel.id());
    }

    public static Tried tried(int number, Instant at, Attempt attempt) {
        return new Tried(
                number,
                at.toEpochMilli(),
                attempt.verdict(),
                attempt.status(),
                attempt.detail(),
                attempt.retryAfter().toMillis(),
                attempt.to(),
                attempt.answer(),
                attempt.took().toMillis());
    }

    private Parcels() {}
}
