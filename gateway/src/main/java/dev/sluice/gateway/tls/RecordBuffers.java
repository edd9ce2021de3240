package dev.sluice.gateway.tls;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Room for records on their way out, outside of the heap as sockets want it. A connection has one only while it writes. */
public final class RecordBuffers {
    private static final int MOST_KEPT = 256;

    private final BlockingQueue<ByteBuffer> idle = new ArrayBlockingQueue<>(MOST_KEPT);

    ByteBuffer take(int size) {
        var buffer = idle.poll();
        return buffer != null && buffer.capacity() >= size ? buffer : ByteBuffer.allocateDirect(size);
    }

    void giveBack(ByteBuffer buffer) {
        var _ = idle.offer(buffer); // more may be in use at once than are kept
    }
}
