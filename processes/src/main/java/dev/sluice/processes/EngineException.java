package dev.sluice.processes;

/** An engine could not be obtained, started or kept; the message says what was attempted, on what, and why it failed. */
public final class EngineException extends RuntimeException {

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
