package dev.sluice.kubedev.registry;

/** An answer in the form of the distribution specification: a status, one of its error codes, and what was wrong. */
final class RegistryError extends RuntimeException {

    private final int status;
    private final String code;

    RegistryError(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    static RegistryError blobUnknown(Digest digest) {
        return new RegistryError(404, "BLOB_UNKNOWN", "blob unknown: " + digest);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
