package dev.sluice.app.platform;

/** Why an instance cannot run; the message is for the one who started it. */
public final class PlatformException extends RuntimeException {
    public PlatformException(String message) {
        super(message);
    }

    public PlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
