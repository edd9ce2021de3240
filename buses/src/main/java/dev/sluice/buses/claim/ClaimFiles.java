package dev.sluice.buses.claim;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder with two files for each claim: {@code ID.body}, written once, and {@code ID.note}, replaced as a whole. */
final class ClaimFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ClaimFiles.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BODY = ".body";
    private static final String NOTE = ".note";
    private static final String FRESH = ".new";

    private final Path folder;

    ClaimFiles(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
    }

    /** What is there; what a kill has left of a write is deleted. */
    Map<String, Note> load() throws IOException {
        var notes = new HashMap<String, Note>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                var name = String.valueOf(file.getFileName());
                if (name.endsWith(FRESH)) {
                    Files.delete(file);
                } else if (name.endsWith(NOTE)) {
                    read(file, name.substring(0, name.length() - NOTE.length()), notes);
                }
            }
        }
        try (var files = Files.newDirectoryStream(folder, "*" + BODY)) {
            for (var file : files) {
                var name = String.valueOf(file.getFileName());
                var note = notes.get(name.substring(0, name.length() - BODY.length()));
                // without its note it was never published, and with one that says so it was about to be deleted
                if ((note == null && !Files.exists(note(name.substring(0, name.length() - BODY.length()))))
                        || (note != null && !note.phase().hasBody())) {
                    Files.delete(file);
                }
            }
        }
        return notes;
    }

    private void read(Path file, String id, Map<String, Note> notes) {
        try {
            var note = JSON.readValue(file.toFile(), Note.class);
            if (note.phase().hasBody() && !Files.exists(body(id))) {
                LOG.atError().addKeyValue("file", body(id)).log("the body of a big event is not there any more");
                return; // whoever gets its claim is told so
            }
            notes.put(id, note);
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("what was noted of a big event cannot be read; it stays where it is");
        }
    }

    /** Durable when this returns. */
    void write(String id, byte[] bytes, Note note) throws IOException {
        try {
            place(body(id), bytes, true);
            place(note(id), JSON.writeValueAsBytes(note), true);
            syncFolder();
        } catch (IOException e) {
            delete(id);
            throw e;
        }
    }

    /** @param durable over a loss of power; what is written survives a kill in any case */
    void write(String id, Note note, boolean durable) throws IOException {
        place(note(id), JSON.writeValueAsBytes(note), durable);
        if (durable) {
            syncFolder();
        }
    }

    private static void place(Path file, byte[] bytes, boolean durable) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + FRESH);
        try {
            try (var to = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                for (var left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
                    to.write(left);
                }
                if (durable) {
                    to.force(true);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void syncFolder() throws IOException {
        try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    byte[] read(String id) throws IOException {
        return Files.readAllBytes(body(id));
    }

    void deleteBody(String id) {
        delete(body(id));
    }

    void delete(String id) {
        delete(note(id)); // a body without a note is deleted at the next start
        delete(body(id));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", String.valueOf(e))
                    .log("what nobody needs any more stays on disk until the next start");
        }
    }

    long freeDisk() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    private Path body(String id) {
        return folder.resolve(id + BODY);
    }

    private Path note(String id) {
        return folder.resolve(id + NOTE);
    }
}
