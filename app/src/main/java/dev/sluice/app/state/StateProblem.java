package dev.sluice.app.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** What went wrong with a file, in the words of somebody who has to mend it. */
public final class StateProblem {
    /** What was attempted, and why it failed: the system's own reason instead of the name of an exception. */
    public static String words(UncheckedIOException e) {
        var said = String.valueOf(e.getMessage());
        var reason = reason(Objects.requireNonNull(e.getCause()));
        return said.contains(reason) ? said : said + ": " + reason;
    }

    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException missing -> missing.getFile() + " is not there";
            case FileAlreadyExistsException other -> other.getFile() + " is not a folder";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private StateProblem() {}
}
