package dev.sluice.kubedev.node.image;

/** An image could not be had; the message says what was attempted, on what, and why it failed. */
public final class ImageException extends Exception {

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
