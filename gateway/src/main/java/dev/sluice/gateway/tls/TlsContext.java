package dev.sluice.gateway.tls;

import dev.sluice.model.dataplane.TlsCertificate;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of one moment. A change makes a new context, so handshakes that are under way are not disturbed, and a
 * session of before is not resumed under a certificate that has been replaced.
 */
public final class TlsContext {
    /** The protocol a client and the gateway agree on, by ALPN. */
    public static final String HTTP2 = "h2";

    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] APPLICATION_PROTOCOLS = {HTTP2, "http/1.1"};

    private final Map<String, TlsCertificate> certificates;
    private final @Nullable TlsCertificate fallback;
    private final SSLContext context;
    private final ServerName matcher;

    private TlsContext(Map<String, TlsCertificate> certificates, @Nullable TlsCertificate fallback) {
        this.certificates = certificates;
        this.fallback = fallback;
        var identities = new HashMap<String, TlsIdentity>();
        certificates.forEach((host, certificate) -> {
            try {
                identities.put(host, TlsIdentity.read(certificate));
            } catch (GeneralSecurityException e) {
                LOG.atWarn()
                        .addKeyValue("host", host)
                        .addKeyValue("problem", e.getMessage())
                        .log("a certificate cannot be used; its host is not served over TLS");
            }
        });
        var keys = new HostKeys(identities, fallback == null ? null : readFallback(fallback));
        this.matcher = new ServerName(keys);
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, null, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("setting up TLS: " + e.getMessage(), e);
        }
    }

    /**
     * Without the certificates of hosts.
     *
     * @param fallback for names that have none of their own; without it such a name is refused
     * @throws IllegalArgumentException when it cannot be read
     */
    public static TlsContext of(@Nullable TlsCertificate fallback) {
        return new TlsContext(Map.of(), fallback);
    }

    private static TlsIdentity readFallback(TlsCertificate certificate) {
        try {
            return TlsIdentity.read(certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the default certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /** The same with other certificates by host; this one when they are the same. */
    public TlsContext with(Map<String, TlsCertificate> next) {
        return next.equals(certificates) ? this : new TlsContext(next, fallback);
    }

    SSLEngine engine() {
        var engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
        parameters.setSNIMatchers(List.of(matcher));
        parameters.setUseCipherSuitesOrder(true);
        engine.setSSLParameters(parameters);
        return engine;
    }
}
