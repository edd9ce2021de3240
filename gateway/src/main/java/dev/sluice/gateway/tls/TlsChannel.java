package dev.sluice.gateway.tls;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.gateway.wire.ClientChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * TLS on a blocking socket. One thread reads and another may write meanwhile; each side has a lock of its own. What comes in is
 * kept in buffers that grow with the client's records; what goes out passes through buffers that all connections share.
 */
public final class TlsChannel implements ClientChannel {
    private static final int FIRST_BYTES = 2 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final RecordBuffers records;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();

    /** Records as they came, ready to be read. */
    @GuardedBy("reading")
    private ByteBuffer cipher = ByteBuffer.allocate(FIRST_BYTES).flip();

    /** Decrypted and not taken yet, ready to be read. */
    @GuardedBy("reading")
    private ByteBuffer clear = NOTHING;

    public TlsChannel(SocketChannel socket, TlsContext context, RecordBuffers records) {
        this.socket = socket;
        this.engine = context.engine();
        this.records = records;
    }

    /** Agrees on everything with the client. Nothing else may be called before it has returned. */
    public void handshake() throws IOException {
        reading.lock();
        try {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks();
                    case NEED_WRAP -> send(NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (clear.capacity() == 0) {
                            clear = ByteBuffer.allocate(FIRST_BYTES).flip();
                        }
                        if (!advance()) {
                            throw new EOFException("gone during its handshake");
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        return;
                    }
                }
            }
        } catch (SSLException e) {
            sayWhy();
            throw e;
        } finally {
            reading.unlock();
        }
    }

    /** An alert, if the engine has one to send. */
    private void sayWhy() {
        try {
            while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                    && !engine.isOutboundDone()) {
                send(NOTHING);
            }
        } catch (IOException _) {
            // then the client has to guess
        }
    }

    /** What was agreed on, in the words of ALPN; empty when the client did not offer any. */
    public String protocol() {
        return engine.getApplicationProtocol();
    }

    /** For another owner of the connection, with {@link #unread}: this channel is not used any more then. */
    public SSLEngine engine() {
        return engine;
    }

    /** Records that were read and not decrypted. */
    public byte[] unread() {
        reading.lock();
        try {
            var bytes = new byte[cipher.remaining()];
            cipher.get(bytes);
            return bytes;
        } finally {
            reading.unlock();
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        reading.lock();
        try {
            while (!clear.hasRemaining()) {
                int direct = unwrap(to);
                if (direct != 0) {
                    return direct;
                }
            }
            int count = Math.min(to.remaining(), clear.remaining());
            to.put(to.position(), clear, clear.position(), count);
            to.position(to.position() + count);
            clear.position(clear.position() + count);
            return count;
        } finally {
            reading.unlock();
        }
    }

    /** Decrypts a record to where it is wanted, or aside when there is no room: how much is there now, -1 at the end. */
    @GuardedBy("reading")
    private int unwrap(ByteBuffer to) throws IOException {
        int before = to.position();
        var result = engine.unwrap(cipher, to);
        return switch (result.getStatus()) {
            case OK -> {
                settle(result.getHandshakeStatus());
                yield to.position() - before;
            }
            case BUFFER_OVERFLOW -> advance() ? 0 : -1;
            case BUFFER_UNDERFLOW -> fill() ? 0 : -1;
            case CLOSED -> -1;
        };
    }

    /** Decrypts one record aside, reading it first where needed; false at the end. */
    @GuardedBy("reading")
    private boolean advance() throws IOException {
        while (true) {
            clear.clear();
            var result = engine.unwrap(cipher, clear);
            clear.flip();
            switch (result.getStatus()) {
                case OK -> {
                    settle(result.getHandshakeStatus());
                    return true;
                }
                case BUFFER_OVERFLOW -> growClear();
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        return false;
                    }
                }
                case CLOSED -> {
                    return false;
                }
            }
        }
    }

    @GuardedBy("reading")
    private void growClear() {
        int size = Math.max(clear.capacity() * 2, engine.getSession().getApplicationBufferSize());
        clear = ByteBuffer.allocate(size).flip();
    }

    @GuardedBy("reading")
    private boolean fill() throws IOException {
        if (cipher.remaining() == cipher.capacity()) {
            var larger = ByteBuffer.allocate(
                    Math.max(cipher.capacity() * 2, engine.getSession().getPacketBufferSize()));
            cipher = larger.put(cipher);
        } else {
            cipher.compact();
        }
        int count = socket.read(cipher);
        cipher.flip();
        return count >= 0;
    }

    /** What a record asks for beside being read: a change of keys wants an answer. */
    private void settle(SSLEngineResult.HandshakeStatus status) throws IOException {
        switch (status) {
            case NEED_TASK -> runTasks();
            case NEED_WRAP -> send(NOTHING);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {
                // nothing to do here
            }
        }
    }

    private void runTasks() {
        for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int count = from.remaining();
        while (from.hasRemaining()) {
            send(from);
        }
        return count;
    }

    /** Sends one record, or as many as there are of the engine's own. */
    private void send(ByteBuffer from) throws IOException {
        var out = records.take(engine.getSession().getPacketBufferSize());
        writing.lock();
        try {
            var result = engine.wrap(from, out.clear());
            if (result.getStatus() == SSLEngineResult.Status.CLOSED && result.bytesProduced() == 0) {
                throw new ClosedChannelException();
            }
            if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                runTasks();
            }
            out.flip();
            while (out.hasRemaining()) {
                socket.write(out);
            }
        } finally {
            writing.unlock();
            records.giveBack(out);
        }
    }

    @Override
    public void farewell() throws IOException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            send(NOTHING);
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        farewell();
        socket.shutdownOutput();
    }

    @Override
    public SocketChannel socket() {
        return socket;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
