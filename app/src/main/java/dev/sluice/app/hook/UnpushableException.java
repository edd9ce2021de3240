package dev.sluice.app.hook;

/** No push to a service can be built; the message is a sentence that says why. */
public final class UnpushableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnpushableException(String message) {
        super(message);
    }
}
