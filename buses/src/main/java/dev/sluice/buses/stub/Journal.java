package dev.sluice.buses.stub;

import dev.sluice.buses.bus.BusException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.core.journal.EncodingSupport;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.jspecify.annotations.Nullable;

/**
 * ActiveMQ Artemis' append-only journal as the stub bus needs it: records with updates, durable in groups. Every call returns
 * at once with a future that completes after the sync; the callbacks run on the journal's thread and in order.
 */
final class Journal implements AutoCloseable {
    private static final int FILE_SIZE = 10 << 20;
    private static final int BUFFER_SIZE = 1 << 20;
    /** A group is closed after half a millisecond: p50 of a commit 0.6 ms, 100,000 commits a second with 64 writers. */
    private static final int GROUP_NANOS = 500_000;

    private final JournalImpl journal;
    private final AtomicReference<@Nullable String> failure;
    private final List<RecordInfo> loaded = new ArrayList<>();

    private Journal(JournalImpl journal, AtomicReference<@Nullable String> failure) {
        this.journal = journal;
        this.failure = failure;
    }

    static Journal open(Path directory) {
        var failure = new AtomicReference<@Nullable String>();
        var files = new HeapFileFactory(
                directory.toFile(),
                BUFFER_SIZE,
                GROUP_NANOS,
                (cause, message, file) -> failure.compareAndSet(null, message + ": " + cause));
        var journal = new Journal(new JournalImpl(FILE_SIZE, 2, 10, 10, 30, files, "events", "journal", 1, 0), failure);
        try {
            journal.journal.start();
            journal.journal.load(journal.loaded, new ArrayList<>(), null);
        } catch (Exception e) {
            throw new BusException("opening the journal in " + directory, e);
        }
        return journal;
    }

    /** What was there at the start, updates after their record, for one reader. */
    List<RecordInfo> takeLoaded() {
        var records = List.copyOf(loaded);
        loaded.clear();
        return records;
    }

    /** Why nothing can be stored any more, or null. */
    @Nullable
    String failure() {
        return failure.get();
    }

    CompletableFuture<Void> add(long id, byte type, byte[] data) {
        return append("adding record " + id, done -> journal.appendAddRecord(id, type, new Bytes(data), true, done));
    }

    CompletableFuture<Void> update(long id, byte type, byte[] data) {
        return append(
                "updating record " + id, done -> journal.appendUpdateRecord(id, type, new Bytes(data), true, done));
    }

    CompletableFuture<Void> delete(long id) {
        return append("deleting record " + id, done -> journal.appendDeleteRecord(id, true, done));
    }

    @Override
    public void close() {
        journal.stop();
    }

    private interface Append {
        void to(IOCompletion done) throws Exception;
    }

    private CompletableFuture<Void> append(String what, Append append) {
        var future = new Completion(what, failure);
        try {
            append.to(future);
        } catch (Exception e) {
            future.completeExceptionally(new BusException(what, e));
        }
        return future;
    }

    private static final class Completion extends CompletableFuture<Void> implements IOCompletion {
        private final String what;
        private final AtomicReference<@Nullable String> failure;

        Completion(String what, AtomicReference<@Nullable String> failure) {
            this.what = what;
            this.failure = failure;
        }

        @Override
        public void storeLineUp() {
            // only transactions of a server need it
        }

        @Override
        public void done() {
            complete(null);
        }

        @Override
        public void onError(int code, String message) {
            failure.compareAndSet(null, message);
            completeExceptionally(new BusException(what + ": " + message + " (" + code + ")"));
        }
    }

    /** Bytes as the journal wants them. */
    private static final class Bytes implements EncodingSupport {
        private final byte[] data;

        Bytes(byte[] data) {
            this.data = data;
        }

        @Override
        public int getEncodeSize() {
            return data.length;
        }

        @Override
        public void encode(ActiveMQBuffer buffer) {
            buffer.writeBytes(data);
        }

        @Override
        public void decode(ActiveMQBuffer buffer) {
            throw new UnsupportedOperationException("records are read as bytes");
        }
    }
}
