package dev.sluice.app.control;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Where a verb writes. A line travels as soon as it is complete, so that following a log shows each when it comes. */
public final class Output {
    private final DataOutputStream socket; // guarded by this
    private final Lines outLines = new Lines(Frame.Out::new);
    private final Lines errLines = new Lines(Frame.Err::new);
    private final PrintStream out = new PrintStream(outLines, true, StandardCharsets.UTF_8);
    private final PrintStream err = new PrintStream(errLines, true, StandardCharsets.UTF_8);

    /** Thrown into a verb whose terminal went away: it has nobody to work for. */
    static final class Gone extends RuntimeException {
        Gone(IOException cause) {
            super(cause);
        }
    }

    Output(DataOutputStream socket) {
        this.socket = socket;
    }

    public PrintStream out() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    /** Shows a line that the next output replaces. */
    public void status(String line) {
        send(new Frame.Status(line));
    }

    void exit(int code) {
        outLines.rest();
        errLines.rest();
        send(new Frame.Exit(code));
    }

    private synchronized void send(Frame frame) {
        try {
            Frame.write(socket, frame);
        } catch (IOException e) {
            throw new Gone(e);
        }
    }

    /** Collects bytes up to the end of a line; what has none at the end is sent by {@link #rest}. */
    private final class Lines extends java.io.OutputStream {
        private static final int MOST = 64 * 1024;

        private final Function<byte[], Frame> frame;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(Function<byte[], Frame> frame) {
            this.frame = frame;
        }

        @Override
        public synchronized void write(int b) {
            line.write(b);
            if (b == '\n' || line.size() >= MOST) {
                rest();
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            line.write(bytes, offset, length);
            if (line.size() >= MOST || (length > 0 && bytes[offset + length - 1] == '\n')) {
                rest();
            }
        }

        synchronized void rest() {
            if (line.size() > 0) {
                var bytes = line.toByteArray();
                line.reset();
                send(frame.apply(bytes));
            }
        }
    }
}
