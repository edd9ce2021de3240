package dev.sluice.gateway;

import dev.sluice.gateway.upstream.UpstreamConnection;
import dev.sluice.gateway.wire.Ascii;
import dev.sluice.gateway.wire.ChunkScanner;
import dev.sluice.gateway.wire.ClientChannel;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.HttpFault;
import dev.sluice.gateway.wire.InputBuffer;
import dev.sluice.gateway.wire.OutputBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The body of one answer on its way to a client: every read is passed on at once, nothing is collected. */
final class ResponseBody {
    private static final int MOST_TRAILER_BYTES = 64 * 1024;
    private static final byte[] TIMED_OUT = Ascii.bytes("f\r\nrequest timeout\r\n0\r\n\r\n");

    private final ClientChannel client;
    private final ExchangeGuard guard;
    private final ChunkScanner chunks = new ChunkScanner(MOST_TRAILER_BYTES);
    private long left;

    ResponseBody(ClientChannel client, ExchangeGuard guard) {
        this.client = client;
        this.guard = guard;
    }

    /**
     * Sends the head in {@code out} together with what is there of the body, then the rest as it comes.
     *
     * @param length bytes, or one of {@link Head}'s special lengths
     * @param unchunk for a client that knows no chunks: sends the data alone
     * @param whole runs once the whole of it is here, before the client gets the last of it
     * @return whether it was the pod that ended it: an answer in chunks that takes too long is ended here, in Knative's
     *     way, with {@code request timeout} for its last chunk
     */
    boolean send(OutputBuffer out, UpstreamConnection from, long length, boolean unchunk, Runnable whole)
            throws IOException, HttpFault {
        this.left = length;
        if (length == Head.CHUNKED) {
            chunks.reset();
        }
        var buffer = from.input();
        if (unchunk) {
            decode(buffer, out);
        } else {
            int first = belonging(buffer, Math.min(buffer.available(), out.room()));
            out.put(buffer.bytes(), buffer.position(), buffer.position() + first);
            took(buffer, first);
        }
        if (done()) {
            whole.run();
        }
        write(out);
        while (!done()) {
            if (buffer.available() == 0 && !fill(from, unchunk)) {
                return left == Head.UNTIL_CLOSE;
            }
            guard.touch();
            if (unchunk) {
                decode(buffer, out.clear());
                if (done()) {
                    whole.run();
                }
                write(out);
            } else {
                int count = belonging(buffer, buffer.available());
                if (left == Head.CHUNKED ? chunks.done() : left == count) {
                    whole.run();
                }
                try {
                    OutputBuffer.writeAll(client, buffer.slice(count));
                } catch (IOException e) {
                    throw new Fault.ClientGone("writing to the client: " + e.getMessage());
                }
                took(buffer, count);
            }
            guard.touch();
        }
        return true;
    }

    private void write(OutputBuffer out) throws IOException {
        try {
            out.writeTo(client);
        } catch (IOException e) {
            throw new Fault.ClientGone("writing to the client: " + e.getMessage());
        }
    }

    private boolean fill(UpstreamConnection from, boolean unchunk) throws IOException {
        int read;
        try {
            read = from.fill();
        } catch (IOException e) {
            if (endedInTime(unchunk)) {
                return false;
            }
            throw e;
        }
        if (read >= 0) {
            return true;
        }
        if (left == Head.UNTIL_CLOSE || endedInTime(unchunk)) {
            return false;
        }
        throw new Fault.UpstreamFailed("the pod closed the connection in the middle of its answer");
    }

    /** Ends an answer that has timed out where its framing allows: between two chunks. */
    private boolean endedInTime(boolean unchunk) throws IOException {
        if (unchunk
                || left != Head.CHUNKED
                || !chunks.betweenChunks()
                || guard.ending() != ExchangeGuard.Ending.TIMED_OUT) {
            return false;
        }
        OutputBuffer.writeAll(client, ByteBuffer.wrap(TIMED_OUT));
        return true;
    }

    private void decode(InputBuffer buffer, OutputBuffer out) throws HttpFault {
        buffer.consume(chunks.decode(buffer.bytes(), buffer.position(), buffer.limit(), out));
    }

    private boolean done() {
        return left == Head.CHUNKED ? chunks.done() : left == 0;
    }

    private int belonging(InputBuffer buffer, int available) throws HttpFault {
        if (left == Head.CHUNKED) {
            return chunks.scan(buffer.bytes(), buffer.position(), buffer.position() + available);
        }
        return left == Head.UNTIL_CLOSE ? available : (int) Math.min(left, available);
    }

    private void took(InputBuffer buffer, int count) {
        buffer.consume(count);
        if (left > 0) {
            left -= count;
        }
    }
}
