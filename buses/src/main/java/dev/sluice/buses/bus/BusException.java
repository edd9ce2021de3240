package dev.sluice.buses.bus;

/** A bus could not do what it was asked: what was attempted, on what, and why. */
public class BusException extends RuntimeException {
    public BusException(String message) {
        super(message);
    }

    public BusException(String message, Throwable cause) {
        super(message + ": " + reason(cause), cause);
    }

    /** The innermost reason that says something. */
    private static String reason(Throwable cause) {
        var said = cause;
        while (said.getCause() != null && said.getCause().getMessage() != null) {
            said = said.getCause();
        }
        return said.getMessage() == null ? said.getClass().getSimpleName() : said.getMessage();
    }
}
