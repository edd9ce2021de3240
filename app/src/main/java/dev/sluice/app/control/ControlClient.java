package dev.sluice.app.control;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Hands a command line to the running instance and prints what comes back. */
public final class ControlClient {
    private static final String CLEAR_LINE = "\r\033[2K";
    private static final String UP = "\033[A";
    /** A line that wraps could not be taken back: the terminal cuts it, which alone knows how wide it is. */
    private static final String CUT = "\033[?7l";

    private static final String WRAP = "\033[?7h";

    /**
     * @return the exit code
     * @throws IOException when there is nobody to talk to, or the instance ended meanwhile
     */
    public static int run(Path socket, ControlRequest request, PrintStream out, PrintStream err) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            request.write(new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel))));
            return relay(new DataInputStream(Channels.newInputStream(channel)), out, err);
        }
    }

    static int relay(DataInputStream in, PrintStream out, PrintStream err) throws IOException {
        int statusLines = 0;
        while (true) {
            Frame frame;
            try {
                frame = Frame.read(in);
            } catch (EOFException e) {
                throw new IOException("the instance ended before it had answered", e);
            }
            if (statusLines > 0) {
                err.print(CLEAR_LINE + (UP + CLEAR_LINE).repeat(statusLines - 1));
                err.flush();
                statusLines = 0;
            }
            switch (frame) {
                case Frame.Out(byte[] bytes) -> {
                    out.writeBytes(bytes);
                    out.flush();
                }
                case Frame.Err(byte[] bytes) -> {
                    err.writeBytes(bytes);
                    err.flush();
                }
                case Frame.Status(String line) -> {
                    err.print(CUT + line + WRAP);
                    err.flush();
                    statusLines = line.isEmpty() ? 0 : (int) line.lines().count();
                }
                case Frame.Exit(int code) -> {
                    return code;
                }
            }
        }
    }

    private ControlClient() {}
}
