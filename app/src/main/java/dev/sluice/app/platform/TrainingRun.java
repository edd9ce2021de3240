package dev.sluice.app.platform;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The first instance after a build of Sluice: its JVM writes, when it ends, what it loaded and learned, and the launcher gives that to
 * the ones that follow ({@code -XX:AOTCacheOutput}, JEP 514). The launcher says so with the property {@code sluice.training}.
 */
public final class TrainingRun {
    private static final String MARK = System.getProperty("sluice.training", "");

    /** It came to its end: what it learned is worth having. */
    static void ready() {
        if (!MARK.isEmpty()) {
            try {
                Files.writeString(Path.of(MARK), "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Nothing is to be told any more: what follows is the JVM's, which tells what it writes and how, whatever it is asked, and nobody needs
     * to read that.
     */
    public static void ending() {
        if (!MARK.isEmpty() && Files.exists(Path.of(MARK))) {
            System.out.println("Keeping what the JVM has learned, once: later starts are faster.");
        }
        System.out.flush();
        System.err.flush();
        if (!MARK.isEmpty()) {
            silence(FileDescriptor.out);
            silence(FileDescriptor.err);
        }
    }

    private static void silence(FileDescriptor stream) {
        try {
            new FileOutputStream(stream).close(); // which leads it to /dev/null
        } catch (IOException _) {
            // then it tells
        }
    }

    private TrainingRun() {}
}
