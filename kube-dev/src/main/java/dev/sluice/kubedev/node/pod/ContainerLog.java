package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.sandbox.Launch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one container instance printed: a file of lines `time stdout F|P text`, of which the last twenty megabytes are
 * kept. Its lock guards the file, and readers that follow wait on it.
 */
public final class ContainerLog implements Launch.Output {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerLog.class);
    private static final long MOST_BYTES = 10L << 20;
    private static final int LONGEST_LINE = 16 << 10;

    private final Path file;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private OutputStream out;
    private long size;
    private long version;
    private int rotations;
    private boolean ended;

    ContainerLog(Path file) throws IOException {
        this.file = file;
        this.out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        this.size = Files.size(file);
    }

    public Path file() {
        return file;
    }

    static Path rotated(Path file) {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    @Override
    public synchronized void write(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                flushLine('F');
            } else {
                line.write(bytes[i]);
                if (line.size() >= LONGEST_LINE) {
                    flushLine('P');
                }
            }
        }
        version++;
        notifyAll();
    }

    private void flushLine(char tag) {
        byte[] head = (Instant.now() + " stdout " + tag + " ").getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[head.length + line.size() + 1];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(line.toByteArray(), 0, whole, head.length, line.size());
        whole[whole.length - 1] = '\n';
        line.reset();
        try {
            if (size + whole.length > MOST_BYTES) {
                out.close();
                Files.move(file, rotated(file), StandardCopyOption.REPLACE_EXISTING);
                out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
                size = 0;
                rotations++;
            }
            out.write(whole);
            size += whole.length;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("a line of a container's output was lost");
        }
    }

    @Override
    public synchronized void end() {
        if (line.size() > 0) {
            flushLine('P'); // no newline was printed, so none is shown
        }
        ended = true;
        version++;
        notifyAll();
        try {
            out.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("closing a container's log failed");
        }
    }

    /** Where a reader stands: what was written and how often the file was replaced. */
    public record Mark(long version, int rotations, boolean ended) {}

    public synchronized Mark mark() {
        return new Mark(version, rotations, ended);
    }

    /** Waits until there is more than at the mark, or the log has ended. */
    public synchronized Mark awaitMore(Mark seen) throws InterruptedException {
        while (version == seen.version() && !ended) {
            wait();
        }
        return mark();
    }
}
