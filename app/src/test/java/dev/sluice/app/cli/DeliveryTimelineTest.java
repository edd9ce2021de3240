package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.sluice.protos.v1.DeliveredEvent;
import dev.sluice.protos.v1.Delivery;
import dev.sluice.protos.v1.DeliveryAttempt;
import dev.sluice.protos.v1.EventPhase;
import dev.sluice.protos.v1.EventStep;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryTimelineTest {
    @Test
    void tellsWhatTheInstanceRemembersOfAnEventThatNeverFailed() {
        var at = Timestamp.newBuilder().setSeconds(1_767_268_800).build();
        var printed = new ByteArrayOutputStream();

        new DeliveryTimeline(new PrintStream(printed, true, StandardCharsets.UTF_8), new Style(false))
                .print(List.of(
                        EventStep.newBuilder()
                                .setAt(at)
                                .setWhat("accepted")
                                .setName("orders")
                                .build(),
                        EventStep.newBuilder()
                                .setAt(at)
                                .setWhat("delivered")
                                .setName("ship")
                                .setNumber(1)
                                .setStatus(204)
                                .setTookMillis(3)
                                .setDetail("http://one/ answered 204")
                                .build()));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "Lately",
                        " AT WHAT NAME ATTEMPT STATUS TOOK DETAIL",
                        " 2026-01-01T12:00:00Z accepted orders - - - -",
                        " 2026-01-01T12:00:00Z delivered ship 1 204 3 ms http://one/ answered 204");
    }

    @Test
    void saysOfEveryAttemptHowLongItTook() {
        var at = Timestamp.newBuilder().setSeconds(1_767_268_800).build();
        var event = DeliveredEvent.newBuilder()
                .setId("a-1")
                .setPhase(EventPhase.EVENT_PHASE_PARKED)
                .addTried(DeliveryAttempt.newBuilder()
                        .setNumber(1)
                        .setAt(at)
                        .setOutcome("retry")
                        .setStatus(503)
                        .setTookMillis(41)
                        .setDetail("http://one/ answered 503"))
                .addTried(DeliveryAttempt.newBuilder()
                        .setNumber(2)
                        .setAt(at)
                        .setOutcome("retry")
                        .setDetail("outcome unknown"));
        var printed = new ByteArrayOutputStream();

        new DeliveryTimeline(new PrintStream(printed, true, StandardCharsets.UTF_8), new Style(false))
                .print(Delivery.newBuilder().addEvents(event).build());

        assertThat(printed.toString(StandardCharsets.UTF_8).lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        " ATTEMPT AT OUTCOME STATUS TOOK DETAIL",
                        " 1 2026-01-01T12:00:00Z retry 503 41 ms http://one/ answered 503",
                        " 2 2026-01-01T12:00:00Z retry - - outcome unknown");
    }
}
