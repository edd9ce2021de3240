package dev.sluice.gateway.wire;

/** What was read is not HTTP/1.1 that can be passed on. Carries the status a client would be told. */
public final class HttpFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    public HttpFault(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
