package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.workflows.Payloads;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParcelsTest {
    /** JSON can spell it; its event would be handed over for ever and keep the others from being so. */
    @Test
    void halfOfACharacterKeepsNoEventFromBeingWrittenDown() {
        var event = new EventMessage(Map.of(), new byte[0], "t\ud83d", "/s\ude00", "\ud83d\ude00 and \ud83d");

        var parcel = Parcels.of("stamp", event);

        assertThat(Payloads.converter().toPayload(parcel)).isPresent();
        assertThat(parcel.id()).isEqualTo("\ud83d\ude00 and ?");
    }
}
