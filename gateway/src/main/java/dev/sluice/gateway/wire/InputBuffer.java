package dev.sluice.gateway.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/** Bytes read from one side of a connection and not consumed yet. Grows only to hold one head. Owned by one thread at a time. */
public final class InputBuffer {
    private final int limitBytes;
    private byte[] bytes;
    private ByteBuffer view;
    private int position;
    private int limit;

    public InputBuffer(int initialBytes, int limitBytes) {
        this.limitBytes = Math.max(initialBytes, limitBytes);
        this.bytes = new byte[initialBytes];
        this.view = ByteBuffer.wrap(bytes);
    }

    /** Reads what is there, at least one byte: how many, or -1 at the end of the stream. */
    public int fill(ReadableByteChannel channel) throws IOException {
        makeRoom();
        view.limit(bytes.length).position(limit);
        int n = channel.read(view);
        if (n > 0) {
            limit += n;
        }
        return n;
    }

    /** Makes it at least this large, for a stream worth larger reads. */
    public void reserve(int size) {
        if (bytes.length < size) {
            bytes = Arrays.copyOf(bytes, size);
            view = ByteBuffer.wrap(bytes);
        }
    }

    /** Takes bytes that somebody else read from the same stream. */
    public void append(byte[] source, int length) {
        while (bytes.length - (limit - position) < length) {
            grow(Integer.MAX_VALUE);
        }
        if (bytes.length - limit < length) {
            compact();
        }
        System.arraycopy(source, 0, bytes, limit, length);
        limit += length;
    }

    private void makeRoom() throws IOException {
        if (position == limit) {
            position = 0;
            limit = 0;
        } else if (limit == bytes.length) {
            if (position > 0) {
                compact();
            } else {
                grow(limitBytes);
            }
            if (limit == bytes.length) {
                throw new IOException("input buffer is full");
            }
        }
    }

    private void compact() {
        System.arraycopy(bytes, position, bytes, 0, limit - position);
        limit -= position;
        position = 0;
    }

    private void grow(int most) {
        int size = (int) Math.min((long) bytes.length * 2, most);
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, size);
            view = ByteBuffer.wrap(bytes);
        }
    }

    /** Whether a head that does not fit any more would have to be refused. */
    boolean isFull() {
        return position == 0 && limit == bytes.length && bytes.length >= limitBytes;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int position() {
        return position;
    }

    public int limit() {
        return limit;
    }

    public int available() {
        return limit - position;
    }

    public void consume(int count) {
        position += count;
    }

    /** A view of the next {@code length} bytes, valid until the next fill. */
    public ByteBuffer slice(int length) {
        return view.limit(position + length).position(position);
    }
}
