package dev.sluice.app.cli;

/** Why a verb ends with exit code 1; the message is all that its user sees. */
final class VerbException extends RuntimeException {
    VerbException(String message) {
        super(message);
    }
}
