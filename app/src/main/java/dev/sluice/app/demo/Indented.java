package dev.sluice.app.demo;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Passes whole lines on to the narrator. */
final class Indented extends OutputStream {
    private final Narrator tell;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Indented(Narrator tell) {
        this.tell = tell;
    }

    @Override
    public synchronized void write(int b) {
        if (b == '\n') {
            tell.fact("│ " + line.toString(StandardCharsets.UTF_8));
            line.reset();
        } else if (b != '\r') {
            line.write(b);
        }
    }
}
