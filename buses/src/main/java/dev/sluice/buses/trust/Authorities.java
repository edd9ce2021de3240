package dev.sluice.buses.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trust in authorities given as PEM. */
public final class Authorities {
    /** In these alone. */
    public static SSLContext only(String pem) throws GeneralSecurityException, IOException {
        return context(with(empty(), pem));
    }

    /** In these besides the authorities of this machine. */
    public static SSLContext besidesOurs(String pem) throws GeneralSecurityException, IOException {
        var store = empty();
        var ours = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        ours.init((KeyStore) null);
        int count = 0;
        for (var manager : ours.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                for (var issuer : x509.getAcceptedIssuers()) {
                    store.setCertificateEntry("ours" + count++, issuer);
                }
            }
        }
        return context(with(store, pem));
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static KeyStore with(KeyStore store, String pem) throws GeneralSecurityException {
        int count = 0;
        for (var certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
            store.setCertificateEntry("ca" + count++, certificate);
        }
        if (count == 0) {
            throw new GeneralSecurityException("no certificate found");
        }
        return store;
    }

    private static SSLContext context(KeyStore store) throws GeneralSecurityException {
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private Authorities() {}
}
