package dev.sluice.gateway;

import dev.sluice.gateway.wire.ChunkScanner;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.HttpFault;
import dev.sluice.gateway.wire.InputBuffer;
import dev.sluice.gateway.wire.OutputBuffer;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way to a pod. What came with the head leaves with the head; the rest is pumped by a
 * virtual thread of its own, so that an answer may begin, and end, before the body does.
 */
final class RequestBody {
    private static final int STREAM_BYTES = 16 * 1024;
    private static final int MOST_TRAILER_BYTES = 16 * 1024;

    private final ClientInput input;
    private final ExchangeGuard guard;
    private final ChunkScanner chunks = new ChunkScanner(MOST_TRAILER_BYTES);
    private long left;
    private boolean chunked;
    private volatile boolean complete = true;
    private volatile @Nullable HttpFault fault;
    private @Nullable Thread pump;

    RequestBody(ClientInput input, ExchangeGuard guard) {
        this.input = input;
        this.guard = guard;
    }

    /** Begins the body of the next request; its head has been consumed. */
    void begin(long length) {
        chunked = length == Head.CHUNKED;
        left = length;
        complete = length == 0;
        fault = null;
        pump = null;
        if (chunked) {
            chunks.reset();
        }
    }

    /** Whether all of it has been taken from the client. */
    boolean complete() {
        return complete;
    }

    /** What was wrong with it, after the pod had got a part. */
    @Nullable
    HttpFault fault() {
        return fault;
    }

    /** Whether all of it left with the head: no part was sent on its own. */
    boolean passedOn() {
        return complete && pump == null;
    }

    /** Appends what has been read already, as far as it fits; whether there was anything. */
    boolean takeBuffered(OutputBuffer out) throws HttpFault {
        var buffer = input.buffer();
        int room = Math.min(buffer.available(), out.room());
        if (complete || room == 0) {
            return false;
        }
        int count;
        try {
            count = belonging(buffer, room);
        } catch (HttpFault e) {
            fault = e;
            throw e;
        }
        out.put(buffer.bytes(), buffer.position(), buffer.position() + count);
        took(buffer, count);
        return true;
    }

    /** Forgets what has been read already; the connection can go on only if that was all of it. */
    boolean skipBuffered() {
        try {
            var buffer = input.buffer();
            if (!complete) {
                took(buffer, belonging(buffer, buffer.available()));
            }
            return complete;
        } catch (HttpFault _) {
            return false;
        }
    }

    /** Passes the rest on, from a thread of its own. */
    void pumpTo(SocketChannel upstream) {
        pump = Thread.ofVirtual().name("gateway-body").start(() -> pump(upstream));
    }

    /** Waits a little for the pump; false when it is still at work. */
    boolean settled(Duration patience) {
        var current = pump;
        if (current == null) {
            return true;
        }
        try {
            return current.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void pump(SocketChannel upstream) {
        var buffer = input.buffer();
        buffer.reserve(STREAM_BYTES);
        while (!complete) {
            try {
                if (buffer.available() == 0 && input.more() < 0) {
                    guard.end(ExchangeGuard.Ending.CLIENT_GONE);
                    return;
                }
            } catch (IOException _) {
                guard.end(ExchangeGuard.Ending.CLIENT_GONE);
                return;
            }
            try {
                int count = belonging(buffer, buffer.available());
                OutputBuffer.writeAll(upstream, buffer.slice(count));
                took(buffer, count);
                guard.touch();
            } catch (HttpFault e) {
                fault = e;
                closeQuietly(upstream);
                return;
            } catch (IOException _) {
                return; // the pod wants no more; its answer, if any, tells why
            }
        }
    }

    private int belonging(InputBuffer buffer, int available) throws HttpFault {
        return chunked
                ? chunks.scan(buffer.bytes(), buffer.position(), buffer.position() + available)
                : (int) Math.min(left, available);
    }

    private void took(InputBuffer buffer, int count) {
        buffer.consume(count);
        if (!chunked) {
            left -= count;
        }
        complete = chunked ? chunks.done() : left == 0;
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // it is gone either way
        }
    }
}
