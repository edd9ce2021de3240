package dev.sluice.app.webhook;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The webhook server's identity and the authority that vouches for it, kept in one key store file that only its owner
 * reads. What nears its end is replaced; the authority before the present one stays in {@link Identity#caBundle()} so that
 * an API server that has not heard of the change yet still trusts us.
 */
final class Certificates {
    static final Duration CA_LIFE = Duration.ofDays(3650);
    static final Duration SERVER_LIFE = Duration.ofDays(365);

    private static final char[] STORE_PASSWORD = "sluice".toCharArray(); // the file's mode protects it, not this
    private static final String CA = "ca";
    private static final String CA_BEFORE = "ca-before";
    private static final String SERVER = "server";

    private final Path file;
    private final Set<String> names;
    private final Clock clock;

    /** @param names addresses and host names the server is called by */
    Certificates(Path file, Set<String> names, Clock clock) {
        this.file = file;
        this.names = Set.copyOf(names);
        this.clock = clock;
    }

    /** What a TLS server presents, and what its callers must trust. */
    record Identity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> authorities) {
        Identity {
            chain = List.copyOf(chain);
            authorities = List.copyOf(authorities);
        }

        /** PEM, base64 encoded, as {@code clientConfig.caBundle} wants it. */
        String caBundle() {
            var pem = new StringBuilder();
            try {
                for (var authority : authorities) {
                    pem.append("-----BEGIN CERTIFICATE-----\n")
                            .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority.getEncoded()))
                            .append("\n-----END CERTIFICATE-----\n");
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("encoding the webhook authority: " + e.getMessage(), e);
            }
            return Base64.getEncoder()
                    .encodeToString(pem.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    /** The stored identity, renewed where it is missing, names something else, or has less than a third of its life left. */
    Identity current() {
        try {
            var store = load();
            boolean changed = renewAuthority(store);
            changed |= renewServer(store, changed);
            if (changed) {
                save(store);
            }
            var authorities = new ArrayList<X509Certificate>();
            authorities.add((X509Certificate) store.getCertificate(CA));
            if (store.getCertificate(CA_BEFORE) instanceof X509Certificate before
                    && before.getNotAfter().toInstant().isAfter(clock.instant())) {
                authorities.add(before);
            }
            return new Identity(
                    (PrivateKey) Objects.requireNonNull(store.getKey(SERVER, STORE_PASSWORD)),
                    List.of((X509Certificate) store.getCertificate(SERVER)),
                    authorities);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("making the webhook certificate in " + file + ": " + e.getMessage(), e);
        }
    }

    private boolean renewAuthority(KeyStore store)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        if (store.getCertificate(CA) instanceof X509Certificate present) {
            if (!nearsEnd(present)) {
                return false;
            }
            store.setCertificateEntry(CA_BEFORE, present);
        }
        var pair = newKey();
        var subject = new X500Principal("CN=Sluice webhook authority, SERIALNUMBER=" + serial());
        var builder = builder(subject, subject, pair, CA_LIFE);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        store.setKeyEntry(CA, pair.getPrivate(), STORE_PASSWORD, new Certificate[] {sign(builder, pair.getPrivate())});
        return true;
    }

    private boolean renewServer(KeyStore store, boolean force)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        if (!force
                && store.getCertificate(SERVER) instanceof X509Certificate present
                && !nearsEnd(present)
                && namesOf(present).containsAll(names)) {
            return false;
        }
        var authority = (X509Certificate) store.getCertificate(CA);
        var pair = newKey();
        var builder =
                builder(authority.getSubjectX500Principal(), new X500Principal("CN=sluice-webhook"), pair, SERVER_LIFE);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(names.stream()
                        .sorted()
                        .map(name ->
                                new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new)));
        var authorityKey = (PrivateKey) Objects.requireNonNull(store.getKey(CA, STORE_PASSWORD));
        store.setKeyEntry(
                SERVER, pair.getPrivate(), STORE_PASSWORD, new Certificate[] {sign(builder, authorityKey), authority});
        return true;
    }

    private JcaX509v3CertificateBuilder builder(
            X500Principal issuer, X500Principal subject, KeyPair pair, Duration life) {
        Instant now = clock.instant();
        return new JcaX509v3CertificateBuilder(
                issuer,
                serial(),
                Date.from(now.minus(Duration.ofHours(1))), // clocks differ
                Date.from(now.plus(life)),
                subject,
                pair.getPublic());
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static BigInteger serial() {
        return new BigInteger(120, new SecureRandom());
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private boolean nearsEnd(X509Certificate certificate) {
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        return clock.instant().isAfter(from.plus(life.multipliedBy(2).dividedBy(3)));
    }

    private static Set<String> namesOf(X509Certificate certificate) throws GeneralSecurityException {
        var found = new HashSet<String>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.forEach(entry -> found.add(String.valueOf(entry.get(1))));
        }
        return found;
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("[0-9.]+");
    }

    private KeyStore load() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        if (Files.exists(file)) {
            try (var in = Files.newInputStream(file)) {
                store.load(in, STORE_PASSWORD);
                return store;
            } catch (IOException _) {
                store = KeyStore.getInstance(
                        "PKCS12"); // unreadable: made anew, the caBundle is re-applied at every start
            }
        }
        store.load(null, STORE_PASSWORD);
        return store;
    }

    private void save(KeyStore store) throws GeneralSecurityException, IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var fresh = Files.createTempFile(file.getParent(), "webhook", ".new", ownerOnly);
        try (var out = Files.newOutputStream(fresh)) {
            store.store(out, STORE_PASSWORD);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
