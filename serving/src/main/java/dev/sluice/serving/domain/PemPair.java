package dev.sluice.serving.domain;

import dev.sluice.model.dataplane.TlsCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;

/** A certificate and its key as people keep them: read, checked against each other, and brought into the form gateways take. */
public final class PemPair {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private static final String NOT_ITS = "the key is not the certificate's";

    private PemPair() {}

    /**
     * Reads both.
     *
     * @param chain PEM, the host's own certificate first
     * @param key PEM: PKCS#8, or what OpenSSL calls traditional; not encrypted
     * @throws IllegalArgumentException saying what is wrong, without showing any of it
     */
    public static TlsCertificate read(String chain, String key) {
        var certificate = first(chain);
        var read = key(key, certificate.getPublicKey());
        if (!belongTogether(certificate.getPublicKey(), read)) {
            throw new IllegalArgumentException(NOT_ITS);
        }
        return new TlsCertificate(
                chain,
                "-----BEGIN PRIVATE KEY-----\n" + LINES.encodeToString(read.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    private static X509Certificate first(String chain) {
        try {
            var all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(chain.getBytes(StandardCharsets.US_ASCII)));
            return (X509Certificate) all.iterator().next();
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException("the certificate is not X.509 in PEM", e);
        }
    }

    private static PrivateKey key(String key, PublicKey ofCertificate) {
        PrivateKeyInfo info;
        try (var parser = new PEMParser(new StringReader(key))) {
            info = keyIn(parser);
            if (info == null) {
                throw new IllegalArgumentException("the key is not a private key in PEM");
            }
            // its own algorithm may lack the curve; if it is another one, the key will not fit
            var algorithm =
                    SubjectPublicKeyInfo.getInstance(ofCertificate.getEncoded()).getAlgorithm();
            var encoded = new PrivateKeyInfo(algorithm, info.parsePrivateKey()).getEncoded();
            return KeyFactory.getInstance(ofCertificate.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IOException e) {
            throw new IllegalArgumentException("the key cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(NOT_ITS, e);
        }
    }

    /** OpenSSL puts the parameters of a curve before a key on it. */
    private static @Nullable PrivateKeyInfo keyIn(PEMParser parser) throws IOException {
        for (var object = parser.readObject(); object != null; object = parser.readObject()) {
            if (object instanceof PEMKeyPair pair) {
                return pair.getPrivateKeyInfo();
            }
            if (object instanceof PrivateKeyInfo info) {
                return info;
            }
        }
        return null;
    }

    private static boolean belongTogether(PublicKey ofCertificate, PrivateKey key) {
        var algorithm = switch (ofCertificate.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case String other -> other;
        };
        try {
            byte[] text = "whose?".getBytes(StandardCharsets.US_ASCII);
            var signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            var checking = Signature.getInstance(algorithm);
            checking.initVerify(ofCertificate);
            checking.update(text);
            return checking.verify(signing.sign());
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
