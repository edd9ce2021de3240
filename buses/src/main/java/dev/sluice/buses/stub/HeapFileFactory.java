package dev.sluice.buses.stub;

import java.io.File;
import java.nio.ByteBuffer;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;

/**
 * Artemis' NIO files with buffers on the heap: it frees direct buffers through Netty, which on JDK 25 refuses buffers that are not
 * its own. The JDK copies into its own cached direct buffer when it writes.
 */
final class HeapFileFactory extends NIOSequentialFileFactory {
    HeapFileFactory(File directory, int bufferSize, int groupNanos, IOCriticalErrorListener onError) {
        super(directory, true, bufferSize, groupNanos, 1, false, onError, null);
    }

    @Override
    public ByteBuffer allocateDirectBuffer(int size) {
        return ByteBuffer.allocate(calculateBlockSize(size));
    }

    @Override
    public ByteBuffer newBuffer(int size) {
        return newBuffer(size, true);
    }

    @Override
    public ByteBuffer newBuffer(int size, boolean zeroed) {
        return ByteBuffer.allocate(calculateBlockSize(size)).limit(size);
    }

    @Override
    public void releaseDirectBuffer(ByteBuffer buffer) {
        // on the heap
    }

    @Override
    public void releaseBuffer(ByteBuffer buffer) {
        // on the heap
    }
}
