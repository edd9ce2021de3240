package dev.sluice.app.cli;

/** The words make no sense, whatever the instance is like: as for a word that no verb knows, the exit code is 2. */
final class UsageException extends VerbException {
    static final int EXIT_CODE = 2;

    UsageException(String message) {
        super(message);
    }

    @Override
    int exitCode() {
        return EXIT_CODE;
    }
}
