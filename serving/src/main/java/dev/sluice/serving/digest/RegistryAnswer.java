package dev.sluice.serving.digest;

/** What came of asking a registry for a digest. */
public sealed interface RegistryAnswer {
    /** The image with its digest, or as it is where tags are not resolved. */
    record Resolved(String image) implements RegistryAnswer {}

    /** @param message has the registry's own words */
    record Failed(String message) implements RegistryAnswer {}
}
