package dev.sluice.model.dataplane;

/**
 * What a gateway answers with where a host is asked for over TLS.
 *
 * @param chain PEM, the host's own certificate first
 * @param key PEM, never to be logged
 */
public record TlsCertificate(String chain, String key) {
    @Override
    public String toString() {
        return "TlsCertificate";
    }
}
