package dev.sluice.processes;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** What comes over a network, given up when nothing comes any more: a connection that has gone silent would hold its reader for good. */
public final class StallGuard extends FilterInputStream {
    private final Duration limit;
    private final Thread watch;
    /** Since when somebody waits for a byte, as System.nanoTime; 0 when nobody does. */
    private volatile long waitingSince;

    private volatile boolean stalled;

    /** @param limit how long one read may wait; then it ends with an IOException that says so */
    public StallGuard(InputStream in, Duration limit) {
        super(in);
        this.limit = limit;
        watch = Thread.ofVirtual().name("stall-guard").start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                long since = waitingSince;
                long waited = since == 0 ? 0 : System.nanoTime() - since;
                if (waited >= limit.toNanos()) {
                    stalled = true;
                    in.close();
                    return;
                }
                Thread.sleep(limit.minusNanos(waited));
            }
        } catch (InterruptedException | IOException _) {
            // closed, or as good as that
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        waitingSince = Math.max(1, System.nanoTime());
        try {
            int read = in.read(bytes, offset, length);
            if (read < 0 && stalled) {
                throw new IOException("closed");
            }
            return read;
        } catch (IOException e) {
            throw stalled ? new IOException("nothing came for " + limit.toSeconds() + " s", e) : e;
        } finally {
            waitingSince = 0;
        }
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        super.close();
    }
}
