package dev.sluice.gateway.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** A head being put together, and as much of the body as fits behind it, so that both leave in one write. */
public final class OutputBuffer {
    private byte[] bytes;
    private ByteBuffer view;
    private int length;

    public OutputBuffer(int size) {
        bytes = new byte[size];
        view = ByteBuffer.wrap(bytes);
    }

    public OutputBuffer clear() {
        length = 0;
        return this;
    }

    public int length() {
        return length;
    }

    /** Forgets what was put behind the first {@code count} bytes. */
    public OutputBuffer keep(int count) {
        length = count;
        return this;
    }

    /** Room left without growing. */
    public int room() {
        return bytes.length - length;
    }

    public OutputBuffer put(byte[] source) {
        return put(source, 0, source.length);
    }

    public OutputBuffer put(byte[] source, int start, int end) {
        int count = end - start;
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
            view = ByteBuffer.wrap(bytes);
        }
        System.arraycopy(source, start, bytes, length, count);
        length += count;
        return this;
    }

    public OutputBuffer put(String ascii) {
        return put(Ascii.bytes(ascii));
    }

    /** Puts something else of the same length in the place of what was put. */
    public void replace(int at, String ascii) {
        byte[] source = Ascii.bytes(ascii);
        System.arraycopy(source, 0, bytes, at, source.length);
    }

    /** Writes everything; what was put stays, for a second try. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        writeAll(channel, view.limit(length).position(0));
    }

    public static void writeAll(WritableByteChannel channel, ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }
}
