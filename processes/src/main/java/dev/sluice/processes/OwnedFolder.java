package dev.sluice.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A state folder that is this process's alone until it is closed or the process ends, however that ends: two servers on one file end badly. */
public final class OwnedFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnedFolder.class);

    private final Path folder;
    private final FileChannel channel;

    private OwnedFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Makes the folder when it is not there; throws when somebody has it, saying what for. */
    public static OwnedFolder take(Path folder, String purpose) {
        var absolute = folder.toAbsolutePath();
        try {
            Files.createDirectories(absolute);
            var channel =
                    FileChannel.open(absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return new OwnedFolder(absolute, channel);
            }
            channel.close();
            throw new EngineException(purpose + " in " + absolute + ": another process runs one there");
        } catch (OverlappingFileLockException e) {
            // The channel stays open: closing it would drop the lock that this process has.
            throw new EngineException(purpose + " in " + absolute + ": this process runs one there already", e);
        } catch (IOException e) {
            throw new UncheckedIOException("preparing " + absolute, e);
        }
    }

    public Path path() {
        return folder;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("folder", folder).setCause(e).log("releasing a folder failed");
        }
    }
}
