package dev.sluice.app.cli;

import com.google.protobuf.Timestamp;
import dev.sluice.protos.v1.Delivery;
import dev.sluice.protos.v1.EventStep;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

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

    /** What the instance remembers, of events that never failed too. */
    void print(List<EventStep> recent) {
        out.println(style.strong("Lately"));
        var table = new Table("  AT", "WHAT", "NAME", "ATTEMPT", "STATUS", "TOOK", "DETAIL");
        for (var step : recent) {
            table.row(
                    "  " + time(step.getAt()),
                    step.getWhat().replace('_', ' '),
                    step.getName(),
                    step.getNumber() == 0 ? "" : Integer.toString(step.getNumber()),
                    step.getStatus() == 0 ? "" : Integer.toString(step.getStatus()),
                    step.getNumber() == 0 ? "" : step.getTookMillis() + " ms",
                    step.getDetail());
        }
        table.lines().forEach(out::println);
    }

    private static String time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }
}
