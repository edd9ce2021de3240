package dev.sluice.api.serving.config;

/** What is wrong with a ConfigMap, in upstream's words. */
public final class ConfigProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConfigProblem(String message) {
        super(message);
    }

    static void unless(boolean fine, String message) {
        if (!fine) {
            throw new ConfigProblem(message);
        }
    }
}
