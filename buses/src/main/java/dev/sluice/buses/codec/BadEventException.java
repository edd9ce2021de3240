package dev.sluice.buses.codec;

/** The message is not an event that could be taken; the text is for the sender. */
public final class BadEventException extends Exception {
    public BadEventException(String message) {
        super(message);
    }
}
