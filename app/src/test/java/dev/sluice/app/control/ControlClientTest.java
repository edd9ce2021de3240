package dev.sluice.app.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ControlClientTest {
    @Test
    void takesBackWhatItDrewBeforeAnythingElse() throws IOException {
        assertThat(shown(
                        new Frame.Status("one"),
                        new Frame.Status("two\nlines"),
                        new Frame.Out("said\n".getBytes(UTF_8)),
                        new Frame.Status("last"),
                        new Frame.Exit(0)))
                .isEqualTo(drawn("one") + "\r\033[2K" + drawn("two\nlines") + "\r\033[2K\033[A\r\033[2K" + "said\n"
                        + drawn("last") + "\r\033[2K");
    }

    /** In a narrow terminal a long line would become two, of which one stayed. */
    private static String drawn(String lines) {
        return "\033[?7l" + lines + "\033[?7h";
    }

    private static String shown(Frame... frames) throws IOException {
        var sent = new ByteArrayOutputStream();
        for (var frame : frames) {
            Frame.write(new DataOutputStream(sent), frame);
        }
        var terminal = new ByteArrayOutputStream();
        var out = new PrintStream(terminal, true, UTF_8);
        assertThat(ControlClient.relay(new DataInputStream(new ByteArrayInputStream(sent.toByteArray())), out, out))
                .isZero();
        return terminal.toString(UTF_8);
    }
}
