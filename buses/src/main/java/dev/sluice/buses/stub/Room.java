package dev.sluice.buses.stub;

import dev.sluice.buses.bus.BusException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** How much the waiting events take and may take, in memory and on disk. Counters only: any thread, no lock. */
final class Room {
    private static final long LOOK_AT_DISK_NANOS = 500_000_000L;

    private final StubBus.Limits limits;
    private final FileStore disk;
    private final AtomicLong total = new AtomicLong();
    private final AtomicLong diskSeenAt = new AtomicLong(System.nanoTime() - LOOK_AT_DISK_NANOS);
    private volatile boolean diskFull;

    Room(StubBus.Limits limits, Path directory) {
        this.limits = limits;
        try {
            this.disk = Files.getFileStore(directory);
        } catch (IOException e) {
            throw new BusException("finding the disk of " + directory, e);
        }
    }

    /** Reserves, or says what is full. */
    Optional<String> reserve(AtomicLong channel, int bytes) {
        if (diskIsFull()) {
            return Optional.of("the disk of the journal");
        }
        if (total.addAndGet(bytes) > limits.bytes()) {
            total.addAndGet(-bytes);
            return Optional.of("the bus");
        }
        if (channel.addAndGet(bytes) > limits.channelBytes()) {
            release(channel, bytes);
            return Optional.of("the channel");
        }
        return Optional.empty();
    }

    /** What was durable before the start counts, whatever the limits say now. */
    void restore(AtomicLong channel, int bytes) {
        total.addAndGet(bytes);
        channel.addAndGet(bytes);
    }

    void release(AtomicLong channel, int bytes) {
        channel.addAndGet(-bytes);
        total.addAndGet(-bytes);
    }

    private boolean diskIsFull() {
        long seen = diskSeenAt.get();
        long now = System.nanoTime();
        if (now - seen >= LOOK_AT_DISK_NANOS && diskSeenAt.compareAndSet(seen, now)) {
            try {
                diskFull = disk.getUsableSpace() < limits.freeDisk();
            } catch (IOException _) {
                diskFull = true;
            }
        }
        return diskFull;
    }
}
