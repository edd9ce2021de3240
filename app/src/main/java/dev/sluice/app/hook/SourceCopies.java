package dev.sluice.app.hook;

import java.util.Optional;

/** Repositories that Sluice keeps, as build pods do not reach those they are copies of. */
public interface SourceCopies {
    /** Whether builds of the service fetch from such a copy at this address. */
    boolean isCopy(String url, String namespace, String service);

    /**
     * What {@code deploy} was told to copy; empty for a folder. Remembered beside the copy, where nobody of the namespace can say
     * another repository that the instance reaches and they do not.
     */
    Optional<String> origin(String namespace, String service);

    /**
     * Brings the copy up to what its repository has now.
     *
     * @param url of that repository
     * @throws RuntimeException with a sentence, when it cannot be read or has no such commit
     */
    void fetch(String namespace, String service, String url, String commit);
}
