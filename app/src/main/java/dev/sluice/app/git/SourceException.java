package dev.sluice.app.git;

/** A source that cannot be built from; the message is for the one who named it. */
public final class SourceException extends RuntimeException {
    SourceException(String message) {
        super(message);
    }

    SourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
