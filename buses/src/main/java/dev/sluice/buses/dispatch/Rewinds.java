package dev.sluice.buses.dispatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When subscriptions were last given again what their channels had kept; a restart in the middle of it must not forget that. */
final class Rewinds {
    private static final Logger LOG = LoggerFactory.getLogger(Rewinds.class);
    static final Instant NEVER = Instant.MIN;

    private final Path folder;

    Rewinds(Path folder) {
        this.folder = folder;
    }

    Instant last(String uid) {
        try {
            return Files.exists(file(uid)) ? Instant.parse(Files.readString(file(uid))) : NEVER;
        } catch (IOException | DateTimeException e) {
            LOG.atWarn().addKeyValue("file", file(uid)).setCause(e).log("when it was rewound cannot be read");
            return NEVER;
        }
    }

    void remember(String uid, Instant when) {
        if (when.equals(NEVER)) {
            forget(uid);
            return;
        }
        var fresh = folder.resolve(file(uid).getFileName() + ".new"); // what a kill leaves of it is written over
        try {
            Files.createDirectories(folder);
            try {
                Files.writeString(fresh, when.toString());
                Files.move(fresh, file(uid), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file(uid) + ": " + e.getMessage(), e);
        }
    }

    void forget(String uid) {
        try {
            Files.deleteIfExists(file(uid));
            Files.deleteIfExists(folder.resolve(file(uid).getFileName() + ".new"));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file(uid)).setCause(e).log("what nobody asks for any more stays on disk");
        }
    }

    private Path file(String uid) {
        return folder.resolve(URLEncoder.encode(uid, StandardCharsets.UTF_8) + ".rewound");
    }
}
