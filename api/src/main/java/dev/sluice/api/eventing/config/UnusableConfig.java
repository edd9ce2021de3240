package dev.sluice.api.eventing.config;

/** What is wrong with a ConfigMap. */
public final class UnusableConfig extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableConfig(String message) {
        super(message);
    }
}
