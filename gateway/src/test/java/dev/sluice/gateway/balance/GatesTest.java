package dev.sluice.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatesTest {
    private static final RevisionId REVISION = new RevisionId("default", "hello-00001");

    @Test
    void aGateThatCouldNotWakeItsRevisionReportsInTheNextSecond() {
        var failing = new boolean[1];
        var told = new ArrayList<RevisionStat>();
        var gates = new Gates(
                new GatewayEvents() {
                    @Override
                    public void wake(RevisionId revision) {
                        if (failing[0]) {
                            throw new IllegalStateException("nobody is there");
                        }
                    }

                    @Override
                    public void podOpened(RevisionId revision, String podUid) {
                        throw new AssertionError("there is no pod");
                    }

                    @Override
                    public void stats(Instant secondStart, List<RevisionStat> stats) {
                        told.addAll(stats);
                    }
                },
                Clock.systemUTC());
        gates.program(Map.of(
                REVISION,
                new RevisionSettings(
                        0, Duration.ofMinutes(5), null, null, 10, new RevisionSettings.Probe.None(), false)));
        var queued = gates.of(REVISION).enter(new Ticket());
        failing[0] = true;
        gates.tick();
        failing[0] = false;
        gates.tick();

        assertThat(queued).isEqualTo(RevisionGate.Entry.QUEUED);
        assertThat(told).hasSize(1);
    }
}
