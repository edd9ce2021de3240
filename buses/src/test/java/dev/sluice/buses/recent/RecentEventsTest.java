package dev.sluice.buses.recent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.EventMessage;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);

    private static EventMessage event(String id) {
        return new EventMessage(Map.of(), new byte[0], "t", "/s", id);
    }

    private static void accept(RecentEvents recent, String id) {
        recent.accepted("n", "channel", List.of(event(id)));
    }

    @Test
    void theNewestStepsTakeThePlaceOfTheOldest() {
        var recent = new RecentEvents(3, NOON);
        for (int i = 1; i <= 4; i++) {
            accept(recent, "e" + i);
        }

        assertThat(recent.of("n", "e1")).isEmpty();
        assertThat(recent.of("n", "e2")).hasSize(1);
        assertThat(recent.of("n", "e4")).singleElement().satisfies(step -> {
            assertThat(step.what()).isEqualTo(Step.What.ACCEPTED);
            assertThat(step.at()).isEqualTo("channel");
            assertThat(step.millis()).isEqualTo(NOON.millis());
        });
        assertThat(recent.of("other", "e4")).isEmpty();
    }

    /** What a producer chose must not be what bounds the memory. */
    @Test
    void longTextsAreKeptByTheirBeginning() {
        var recent = new RecentEvents(3, NOON);
        var id = "x".repeat(100_000);
        accept(recent, id);

        assertThat(recent.of("n", id))
                .singleElement()
                .satisfies(step -> assertThat(step.id()).hasSize(256));
    }

    @Test
    void noStepsNoteNothing() {
        var recent = new RecentEvents(0, NOON);
        accept(recent, "e");
        assertThat(recent.of("n", "e")).isEmpty();
    }
}
