package dev.sluice.gateway.tls;

import dev.sluice.model.dataplane.TlsCertificate;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** A certificate with its key, read and ready for handshakes. */
record TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    TlsIdentity {
        chain = List.copyOf(chain);
    }

    /** @throws GeneralSecurityException saying what is wrong, without showing any of it */
    static TlsIdentity read(TlsCertificate certificate) throws GeneralSecurityException {
        var chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(
                        new ByteArrayInputStream(certificate.chain().getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate in it");
        }
        var algorithm = chain.getFirst().getPublicKey().getAlgorithm();
        return new TlsIdentity(
                chain, KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der(certificate))));
    }

    private static byte[] der(TlsCertificate certificate) throws GeneralSecurityException {
        int begin = certificate.key().indexOf(BEGIN);
        int end = certificate.key().indexOf(END);
        if (begin < 0 || end < begin) {
            throw new GeneralSecurityException("its key is not PKCS#8 in PEM");
        }
        try {
            return Base64.getMimeDecoder().decode(certificate.key().substring(begin + BEGIN.length(), end));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("its key is not PKCS#8 in PEM", e);
        }
    }

    /** Whether a handshake that asks for this type of key can use it; TLS 1.2 also asks for pairs, as {@code EC_RSA}. */
    boolean suits(String keyType) {
        var algorithm = key.getAlgorithm();
        return keyType.equals(algorithm) || keyType.startsWith(algorithm + "_");
    }
}
