package dev.sluice.gateway.upstream;

import dev.sluice.gateway.wire.HeadParser;
import dev.sluice.gateway.wire.InputBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One connection to a pod with what was read from it. Used by one exchange at a time; anybody may close it. */
public final class UpstreamConnection implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    private static final int MOST_HEAD = 64 * 1024;

    private final SocketChannel channel;
    private final InputBuffer input = new InputBuffer(BUFFER, MOST_HEAD);
    private final HeadParser parser = new HeadParser();
    private long idleSince;
    private boolean reused;
    private volatile boolean sentNothing;

    public UpstreamConnection(SocketChannel channel) {
        this.channel = channel;
    }

    public SocketChannel channel() {
        return channel;
    }

    public InputBuffer input() {
        return input;
    }

    public HeadParser parser() {
        return parser;
    }

    /** Whether it has carried an exchange before, so that the pod may have closed it meanwhile. */
    public boolean reused() {
        return reused;
    }

    /** What leads on from its other end could not be connected: of the request at hand nothing has left the gateway. */
    public void sentNothing() {
        sentNothing = true;
    }

    public boolean hasSentNothing() {
        return sentNothing;
    }

    public long idleSince() {
        return idleSince;
    }

    void idleSince(long now) {
        idleSince = now;
        reused = true;
    }

    /** Whether the pod has neither closed it nor sent anything unasked. */
    boolean lively() {
        try {
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) == 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException _) {
            return false;
        }
    }

    /** Reads what is there, at least one byte: how many, or -1 at the end. */
    public int fill() throws IOException {
        return input.fill(channel);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // nothing is left to lose
        }
    }
}
