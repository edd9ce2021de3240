package dev.sluice.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.gateway.wire.ClientChannel;
import dev.sluice.gateway.wire.InputBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends. One party reads at a time; while nobody needs to, a watcher may, which is how it is noticed that
 * a client has gone while its request waits. What the watcher reads is handed to the next reader.
 */
final class ClientInput {
    /** Little, as most connections are idle and most heads small. */
    private static final int FIRST_BYTES = 2 * 1024;

    private static final int WATCHED_BYTES = 1024;

    private final ClientChannel channel;
    private final InputBuffer buffer;

    @GuardedBy("this")
    private boolean reading;

    @GuardedBy("this")
    private @Nullable Watcher watcher;

    ClientInput(ClientChannel channel, int mostHeadBytes) {
        this.channel = channel;
        this.buffer = new InputBuffer(Math.min(FIRST_BYTES, mostHeadBytes), mostHeadBytes);
    }

    /** Touched by the party that reads, and by nobody else. */
    InputBuffer buffer() {
        return buffer;
    }

    /** Waits for more bytes: how many, or -1 at the end. */
    int more() throws IOException {
        Watcher current;
        synchronized (this) {
            reading = true;
            current = watcher;
        }
        try {
            return current == null ? buffer.fill(channel) : take(current);
        } finally {
            synchronized (this) {
                reading = false;
            }
        }
    }

    private int take(Watcher current) throws IOException {
        try {
            current.thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a client", e);
        }
        if (current.count > 0) {
            buffer.append(current.bytes.array(), current.count);
            synchronized (this) {
                watcher = null;
            }
        }
        return current.count;
    }

    /** Notices when the client goes away, unless somebody reads anyway. */
    void watch(Runnable onGone) {
        synchronized (this) {
            if (!reading && watcher == null) {
                watcher = new Watcher(onGone);
                watcher.thread.start();
            }
        }
    }

    private final class Watcher implements Runnable {
        private final ByteBuffer bytes = ByteBuffer.allocate(WATCHED_BYTES);
        private final Runnable onGone;
        private final Thread thread = Thread.ofVirtual().name("gateway-watch").unstarted(this);
        /** Read after the thread has been joined. */
        private int count = -1;

        private Watcher(Runnable onGone) {
            this.onGone = onGone;
        }

        @Override
        public void run() {
            try {
                count = channel.read(bytes);
            } catch (IOException _) {
                count = -1;
            }
            if (count < 0) {
                onGone.run();
            }
        }
    }
}
