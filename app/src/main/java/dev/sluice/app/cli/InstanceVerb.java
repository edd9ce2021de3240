package dev.sluice.app.cli;

/** A verb that the running instance carries out. */
interface InstanceVerb {
    /** Throws a {@link UsageException} when the words alone, whatever runs, make no sense together. */
    default void check() {}

    /** @return the exit code */
    int run(Session session) throws InterruptedException;
}
