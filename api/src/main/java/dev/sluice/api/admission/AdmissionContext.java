package dev.sluice.api.admission;

import java.time.Instant;

/**
 * Who asks for what, when.
 *
 * @param user the API server's name of the requester
 * @param subresource empty, or for example {@code status}
 */
public record AdmissionContext(String user, Operation operation, boolean dryRun, String subresource, Instant now) {
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE
    }
}
