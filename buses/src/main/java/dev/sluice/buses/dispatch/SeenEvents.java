package dev.sluice.buses.dispatch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.EventMessage;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which events a subscription with a deduplication window has taken up. The first of a source and id owns them by its stamp: it may come
 * again as often as the bus gives it, so nothing is lost when it was not delivered yet; others with another stamp are duplicates. It is
 * remembered over restarts and a kill of the process, in two files of which the older one is thrown away when the newer one is as
 * long as the window; the most events that are remembered are {@link #MOST}, the oldest are forgotten first.
 */
final class SeenEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SeenEvents.class);
    static final int MOST = 100_000;

    private static final long OPEN_AGAIN_MILLIS = 60_000;

    private final Path folder;
    private final Path newer;
    private final Path older;
    /** A fixed name: what a kill leaves of it is written over. */
    private final Path fresh;

    private final Clock clock;

    @GuardedBy("this")
    private final Map<Key, Seen> seen = new LinkedHashMap<>();

    @GuardedBy("this")
    private @Nullable FileChannel file;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private long openAgain = Long.MIN_VALUE;

    @GuardedBy("this")
    private int written;

    @GuardedBy("this")
    private long begun;

    /** 128 bits of a digest of source and id. */
    private record Key(long high, long low) {
        static Key of(EventMessage event) {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                digest.update(event.source().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                var bytes = ByteBuffer.wrap(digest.digest(event.id().getBytes(StandardCharsets.UTF_8)));
                return new Key(bytes.getLong(), bytes.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private record Seen(long millis, String stamp) {}

    SeenEvents(Path folder, String uid, Clock clock) {
        var name = URLEncoder.encode(uid, StandardCharsets.UTF_8);
        this.folder = folder;
        this.newer = folder.resolve(name + ".seen");
        this.older = folder.resolve(name + ".seen.old");
        this.fresh = folder.resolve(name + ".seen.new");
        this.clock = clock;
    }

    /** Forgets what a subscription has remembered. */
    static void delete(Path folder, String uid) {
        var gone = new SeenEvents(folder, uid, Clock.systemUTC());
        gone.close();
        gone.deleteFiles();
    }

    /** Whether another event of its source and id was taken up; remembers it when not. A window of 0 milliseconds remembers nothing. */
    synchronized boolean isDuplicate(Bus.Delivery delivery, long windowMillis) {
        if (windowMillis <= 0) {
            forget();
            return false;
        }
        long now = clock.millis();
        open(now, now - windowMillis);
        trim(now - windowMillis);
        var key = Key.of(delivery.event());
        var first = seen.get(key);
        if (first != null && first.millis >= now - windowMillis) {
            return !first.stamp.equals(delivery.stamp());
        }
        first = new Seen(now, delivery.stamp());
        put(key, first);
        write(record(key, first), now, windowMillis);
        return false;
    }

    /** The order is that of age, which trimming relies on. */
    @GuardedBy("this")
    private void put(Key key, Seen taken) {
        seen.remove(key);
        seen.put(key, taken);
    }

    @GuardedBy("this")
    private void trim(long since) {
        var oldest = seen.entrySet().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().getValue().millis >= since && seen.size() < MOST) {
                return;
            }
            oldest.remove();
        }
    }

    @GuardedBy("this")
    private void open(long now, long since) {
        if (file != null || closed || now < openAgain) {
            return;
        }
        try {
            Files.createDirectories(folder);
            if (seen.isEmpty()) {
                read(older);
                read(newer);
                trim(since);
            }
            compact();
            written = seen.size();
            begun = seen.values().stream().mapToLong(Seen::millis).findFirst().orElse(now);
            file = FileChannel.open(newer, StandardOpenOption.APPEND);
        } catch (IOException e) {
            failed(e, now);
        }
    }

    /** One file of whole records: a kill may have torn the last one. */
    @GuardedBy("this")
    private void compact() throws IOException {
        try {
            try (var to = new BufferedOutputStream(Files.newOutputStream(fresh))) {
                for (var entry : seen.entrySet()) {
                    to.write(record(entry.getKey(), entry.getValue()).array());
                }
            }
            Files.move(fresh, newer, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        Files.deleteIfExists(older);
    }

    private static ByteBuffer record(Key key, Seen first) {
        var stamp = first.stamp.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(26 + stamp.length)
                .putLong(first.millis)
                .putLong(key.high)
                .putLong(key.low)
                .putShort((short) stamp.length)
                .put(stamp)
                .flip();
    }

    @GuardedBy("this")
    private void read(Path from) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(from)))) {
            while (true) {
                long millis = in.readLong();
                var key = new Key(in.readLong(), in.readLong());
                put(key, new Seen(millis, in.readUTF()));
            }
        } catch (EOFException _) {
            // the end, or what a kill has left of the last one
        }
    }

    @GuardedBy("this")
    private void write(ByteBuffer record, long now, long windowMillis) {
        var to = file;
        if (to == null) {
            return;
        }
        try {
            while (record.hasRemaining()) {
                to.write(record);
            }
            if (++written >= MOST || now - begun > windowMillis) {
                to.close();
                Files.move(newer, older, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                file = FileChannel.open(newer, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                written = 0;
                begun = now;
            }
        } catch (IOException e) {
            failed(e, now);
        }
    }

    /** Delivery goes on, and a restart may let a duplicate through. */
    @GuardedBy("this")
    private void failed(IOException e, long now) {
        LOG.atWarn()
                .addKeyValue("file", newer)
                .addKeyValue("cause", String.valueOf(e))
                .log("what was taken up cannot be kept; after a restart duplicates may pass");
        closeFile();
        openAgain = now + OPEN_AGAIN_MILLIS;
    }

    @GuardedBy("this")
    private void forget() {
        if (file != null || !seen.isEmpty()) {
            closeFile();
            seen.clear();
            deleteFiles();
        }
    }

    private void deleteFiles() {
        try {
            Files.deleteIfExists(newer);
            Files.deleteIfExists(older);
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", newer).setCause(e).log("what nobody asks for any more stays on disk");
        }
    }

    @GuardedBy("this")
    private void closeFile() {
        var open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("file", newer).setCause(e).log("closing failed");
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        closeFile();
    }
}
