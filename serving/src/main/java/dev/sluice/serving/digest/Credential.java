package dev.sluice.serving.digest;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A user name and password for a registry; never printed. */
public record Credential(String user, String password) {
    String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Credential[" + user + "]";
    }
}
