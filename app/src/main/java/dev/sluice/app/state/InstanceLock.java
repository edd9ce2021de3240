package dev.sluice.app.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** At most one instance per state folder: a file lock, which the system takes back from a dead process. */
public final class InstanceLock implements AutoCloseable {
    private static final int LOOKS = 10;
    private static final long PAUSE_NANOS = 50_000_000;

    private final FileChannel channel;
    private final FileLock lock;

    private InstanceLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** Empty when another process holds it. */
    public static Optional<InstanceLock> take(StateDir state) {
        try {
            var channel = FileChannel.open(
                    state.lock(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            var lock = lockWithin(channel, LOOKS);
            if (lock.isEmpty()) {
                channel.close();
                return Optional.empty();
            }
            channel.truncate(0);
            var pid = Long.toString(ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            return Optional.of(new InstanceLock(channel, lock.get()));
        } catch (IOException e) {
            throw new UncheckedIOException("locking " + state.lock() + ": " + e.getMessage(), e);
        }
    }

    /** The process that holds the lock now. */
    public static Optional<ProcessHandle> holder(StateDir state) {
        var file = state.lock();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var lock = tryLock(channel, true);
            if (lock.isPresent()) {
                lock.get().release();
                return Optional.empty();
            }
            return ProcessHandle.of(Long.parseLong(Files.readString(file).trim()));
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** Whoever looks for an instance holds the lock for a moment, shared with others who look. */
    private static Optional<FileLock> lockWithin(FileChannel channel, int looks) throws IOException {
        for (int i = 0; i < looks; i++) {
            var lock = tryLock(channel, false);
            if (lock.isPresent()) {
                return lock;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return Optional.empty();
    }

    private static Optional<FileLock> tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock(0, Long.MAX_VALUE, shared));
        } catch (OverlappingFileLockException _) {
            return Optional.empty(); // held by this very process
        }
    }

    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new UncheckedIOException("unlocking: " + e.getMessage(), e);
        }
    }
}
