package dev.sluice.testing.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate that vouches for itself, and its key. Every one is another, also for the same host. */
public record SelfSigned(X509Certificate certificate, PrivateKey key) {
    private static final Duration LIFE = Duration.ofDays(30);

    /** On the curve P-256. */
    public static SelfSigned forHost(String host) {
        return make(host, "EC", "SHA256withECDSA");
    }

    public static SelfSigned rsaForHost(String host) {
        return make(host, "RSA", "SHA256withRSA");
    }

    private static SelfSigned make(String host, String algorithm, String signature) {
        try {
            var keys = keys(algorithm);
            var now = Instant.now();
            var name = new X500Principal("CN=" + host);
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(LIFE)),
                    name,
                    keys.getPublic());
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
            var signed = builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()));
            return new SelfSigned(new JcaX509CertificateConverter().getCertificate(signed), keys.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("making a certificate for " + host, e);
        }
    }

    private static KeyPair keys(String algorithm) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    public String certificatePem() {
        return pem(certificate);
    }

    /** PKCS#8. */
    public String keyPem() {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    /** As OpenSSL writes it by habit: {@code RSA PRIVATE KEY} or {@code EC PRIVATE KEY}. */
    public String traditionalKeyPem() {
        return pem(key);
    }

    private static String pem(Object object) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException("writing PEM", e);
        }
        return text.toString();
    }
}
