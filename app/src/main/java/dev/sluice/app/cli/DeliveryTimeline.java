package dev.sluice.app.cli;

import com.google.protobuf.Timestamp;
import dev.sluice.protos.v1.Delivery;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Prints every attempt of a delivery, event by event. */
record DeliveryTimeline(PrintStream out, Style style) {
    void print(Delivery delivery) {
        out.println("Delivery     " + delivery.getId());
        out.println("Subscription " + delivery.getNamespace() + "/" + delivery.getSubscription());
        for (var event : delivery.getEventsList()) {
            out.println();
            out.println(style.strong(event.getId()) + "  " + event.getType() + "  from " + event.getSource());
            out.println("  stamp      " + event.getStamp());
            out.println("  phase      " + ChosenEvents.word(event.getPhase()) + " after " + event.getAttempts()
                    + (event.getAttempts() == 1 ? " attempt" : " attempts"));
            if (event.hasNextAttempt()) {
                out.println("  next at    " + time(event.getNextAttempt()));
            }
            var table = new Table("  ATTEMPT", "AT", "OUTCOME", "STATUS", "TOOK", "DETAIL");
            for (var tried : event.getTriedList()) {
                table.row(
                        "  " + tried.getNumber(),
                        time(tried.getAt()),
                        tried.getOutcome(),
                        tried.getStatus() == 0 ? "" : Integer.toString(tried.getStatus()),
                        tried.getTookMillis() == 0 ? "" : tried.getTookMillis() + " ms",
                        tried.getDetail());
            }
            if (!table.isEmpty()) {
                table.lines().forEach(out::println);
            }
        }
    }

    private static String time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }
}
