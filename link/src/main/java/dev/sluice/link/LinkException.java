package dev.sluice.link;

/** Not every gateway could be told, or has said that it did what it was told. */
public final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LinkException(String message) {
        super(message);
    }
}
