package dev.sluice.kubedev.node.pod;

/** What a pod refers to is missing or wrong; the message names it. It is tried again. */
final class ConfigProblem extends Exception {

    private final String reason;

    ConfigProblem(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    static ConfigProblem config(String message) {
        return new ConfigProblem("CreateContainerConfigError", message);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
