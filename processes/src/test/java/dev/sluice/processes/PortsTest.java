package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {

    @Test
    void givesThePortOfLastTime(@TempDir Path folder) {
        var file = folder.resolve("state/ports");
        int port = Ports.rememberedIn(file).of("a", 0);
        assertThat(Ports.rememberedIn(file).of("a", 0)).isEqualTo(port);
        assertThat(Ports.rememberedIn(file).of("b", 0)).isNotEqualTo(port);
    }

    @Test
    void neverGivesOnePortToTwo(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("ports"), "a=24680\nb=24680\n");
        var ports = Ports.rememberedIn(file);
        assertThat(ports.of("a", 0)).isNotEqualTo(ports.of("b", 0));
    }

    @Test
    void givesAnotherWhenThatOfLastTimeIsTaken(@TempDir Path folder) throws Exception {
        var file = folder.resolve("ports");
        int port = Ports.rememberedIn(file).of("a", 0);
        try (var _ = new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThat(Ports.rememberedIn(file).of("a", 0)).isNotEqualTo(port);
        }
    }

    @Test
    void refusesAWantedPortThatIsTaken(@TempDir Path folder) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThatThrownBy(() -> Ports.rememberedIn(folder.resolve("ports")).of("a", taken.getLocalPort()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void holdsAPortAgainstOthersUntilItIsReleased(@TempDir Path folder) throws Exception {
        var mine = Ports.rememberedIn(folder.resolve("mine"));
        var held = mine.hold("a", 0);
        assertThat(mine.last("a")).hasValue(held.port());
        var others = Ports.rememberedIn(folder.resolve("others"));
        assertThatThrownBy(() -> others.hold("b", held.port()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(Integer.toString(held.port()));

        held.close();

        try (var taken = others.hold("b", held.port())) {
            assertThat(taken.port()).isEqualTo(held.port());
        }
    }

    @Test
    void isNotConfusedByAFileThatWasTamperedWith(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("ports"), "a=no number\nb=-5\n");
        assertThat(Ports.rememberedIn(file).of("a", 0)).isPositive();
        assertThat(Ports.rememberedIn(file).of("b", 0)).isPositive();
    }
}
