package dev.sluice.app.cli;

/** Why a verb did not do what it was asked; the message is all that its user sees. */
class VerbException extends RuntimeException {
    private static final int FAILED = 1;

    VerbException(String message) {
        super(message);
    }

    int exitCode() {
        return FAILED;
    }
}
