package dev.sluice.app.hook;

import java.util.Optional;

/** The services that are built anew when somebody pushes. */
interface PushedServices {
    /**
     * What a service expects of those who call.
     *
     * @param branch the one that is built; empty for any
     */
    record Hook(String secret, String branch) {}

    Optional<Hook> hook(String namespace, String service);

    /**
     * Starts a build of the commit that is deployed when it succeeds.
     *
     * @return the name of the Build, the same for the same commit
     * @throws UnpushableException when nothing says how the service is built, or its source is nothing that is pushed to
     */
    String build(String namespace, String service, Push push);
}
