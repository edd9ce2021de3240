package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.send.Attempt;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.Parcel;
import dev.sluice.workflows.delivery.Tried;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/** Events between the bus and the workflows. */
public final class Parcels {
    /** Of a big event the claim check. */
    static Parcel of(String stamp, EventMessage whole) {
        var event = whole.reference();
        return new Parcel(
                stamp,
                whole(event.type()),
                whole(event.source()),
                whole(event.id()),
                event.headers(),
                Base64.getEncoder().encodeToString(event.body()));
    }

    /** Half of a character, which JSON can spell, no payload can carry: the event would never be handed over. */
    private static String whole(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
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

    /** An attempt that an error of this process has ended. */
    public static Tried broken(int number, Instant at, Throwable error) {
        var detail =
                "the attempt ended with an error of Sluice: " + error.getClass().getName();
        return new Tried(number, at.toEpochMilli(), Verdict.RETRY, 0, detail, 0);
    }

    private Parcels() {}
}
