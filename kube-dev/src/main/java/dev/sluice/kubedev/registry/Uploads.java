package dev.sluice.kubedev.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Blobs on their way in: appended to a file chunk by chunk, hashed as they come, and adopted when the digest is as announced. */
final class Uploads {

    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    /** One client at a time; guarded by itself. */
    private static final class Upload {
        private final MessageDigest algorithm = Digest.algorithm();
        private long size;
    }

    private final Path folder;
    private final Blobs blobs;
    private final Map<String, Upload> open = new ConcurrentHashMap<>();

    Uploads(Path folder, Blobs blobs) throws IOException {
        this.folder = folder;
        this.blobs = blobs;
        Files.createDirectories(folder);
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                if (Files.getLastModifiedTime(file)
                        .toInstant()
                        .isBefore(Instant.now().minus(FORGOTTEN))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    String begin() throws IOException {
        var id = UUID.randomUUID().toString();
        Files.createFile(folder.resolve(id));
        open.put(id, new Upload());
        return id;
    }

    /** Returns the size so far; a start other than -1 must be the present size. */
    long append(String id, long start, InputStream chunk) throws IOException {
        var upload = find(id);
        synchronized (upload) {
            if (start >= 0 && start != upload.size) {
                throw new RegistryError(
                        416, "BLOB_UPLOAD_INVALID", "the next byte is " + upload.size + ", not " + start);
            }
            try (var out = new DigestOutputStream(
                    Files.newOutputStream(folder.resolve(id), StandardOpenOption.APPEND), upload.algorithm)) {
                upload.size += chunk.transferTo(out);
            } catch (IOException e) {
                // What came of the broken chunk is in the file, but the client counts from before it.
                open.remove(id, upload);
                Files.deleteIfExists(folder.resolve(id));
                throw e;
            }
            return upload.size;
        }
    }

    long size(String id) throws IOException {
        var upload = find(id);
        synchronized (upload) {
            return upload.size;
        }
    }

    void finish(String id, Digest announced) throws IOException {
        var upload = find(id);
        synchronized (upload) {
            var digest = Digest.finished(upload.algorithm);
            open.remove(id, upload);
            if (!digest.equals(announced)) {
                Files.deleteIfExists(folder.resolve(id));
                throw new RegistryError(
                        400, "DIGEST_INVALID", "the content's digest is " + digest + ", not " + announced);
            }
            blobs.adopt(folder.resolve(id), digest);
        }
    }

    void cancel(String id) throws IOException {
        find(id);
        open.remove(id);
        Files.deleteIfExists(folder.resolve(id));
    }

    /** One that began before a restart is hashed again from its file. */
    private Upload find(String id) throws IOException {
        var known = open.get(id);
        if (known != null) {
            return known;
        }
        var file = folder.resolve(ID.matcher(id).matches() ? id : "none");
        if (!Files.isRegularFile(file)) {
            throw new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown: " + id);
        }
        var upload = new Upload();
        Digest.update(upload.algorithm, file);
        upload.size = Files.size(file);
        var other = open.putIfAbsent(id, upload);
        return other == null ? upload : other;
    }
}
