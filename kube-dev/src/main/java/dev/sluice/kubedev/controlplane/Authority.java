package dev.sluice.kubedev.controlplane;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A certificate authority in a folder of the state, and what it issues: PEM files that only their owner reads. */
final class Authority {

    /** A certificate and its key, as files and as themselves. */
    record Issued(Path certificate, Path key, X509Certificate x509, PrivateKey privateKey) {}

    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final Duration LIFE = Duration.ofDays(365);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;
    private final Path file;
    private final Path keyFile;
    private final X509Certificate certificate;
    private final PrivateKey key;

    private Authority(Path folder, Path file, Path keyFile, X509Certificate certificate, PrivateKey key) {
        this.folder = folder;
        this.file = file;
        this.keyFile = keyFile;
        this.certificate = certificate;
        this.key = key;
    }

    /** The one of last time, so that clients which know it go on; a new one when there is none or it ends within a year. */
    static Authority in(Path folder, String name) {
        var file = folder.resolve(name + ".crt");
        var keyFile = folder.resolve(name + ".key");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (Files.exists(file) && Files.exists(keyFile)) {
                var known = readCertificate(file);
                if (known.getNotAfter().toInstant().isAfter(Instant.now().plus(LIFE))) {
                    return new Authority(folder, file, keyFile, known, readKey(keyFile));
                }
            }
            var pair = ecKeys();
            var subject = new X500Name("CN=sluice-kube-dev-" + name);
            var builder = builder(subject, subject, pair, CA_LIFE);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            var made = signed(builder, pair.getPrivate());
            write(keyFile, pem(pair.getPrivate()));
            write(file, pem(made));
            return new Authority(folder, file, keyFile, made, pair.getPrivate());
        } catch (IOException e) {
            throw new UncheckedIOException("making the certificate authority in " + folder, e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("making the certificate authority " + name, e);
        }
    }

    /** For servers on the given names and addresses and for clients alike; overwrites that of last time. */
    Issued issue(String fileName, String subject, List<String> dnsNames, List<String> addresses) {
        var issuedFile = folder.resolve(fileName + ".crt");
        var issuedKey = folder.resolve(fileName + ".key");
        try {
            var pair = ecKeys();
            var builder = builder(
                    new X500Name(certificate.getSubjectX500Principal().getName()), new X500Name(subject), pair, LIFE);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
            var names = new ArrayList<GeneralName>();
            dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
            addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            var made = signed(builder, key);
            write(issuedKey, pem(pair.getPrivate()));
            write(issuedFile, pem(made));
            return new Issued(issuedFile, issuedKey, made, pair.getPrivate());
        } catch (IOException e) {
            throw new UncheckedIOException("issuing " + issuedFile, e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("issuing a certificate for " + subject, e);
        }
    }

    Path file() {
        return file;
    }

    Path keyFile() {
        return keyFile;
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** A pair of its own in {@code name.key} and {@code name.pub}, made once: for signing tokens. */
    static Path keyIn(Path folder, String name) {
        var file = folder.resolve(name + ".key");
        try {
            if (!Files.exists(file)) {
                var pair = ecKeys();
                write(folder.resolve(name + ".pub"), pem(pair.getPublic()));
                write(file, pem(pair.getPrivate()));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("making " + file, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making " + file, e);
        }
    }

    /** Whole or not at all, and never readable for others, not even for a moment. */
    static void write(Path file, String text) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (var channel = Files.newByteChannel(
                next,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static KeyPair ecKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static JcaX509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair pair, Duration life) {
        var now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(120, RANDOM),
                Date.from(now.minus(Duration.ofHours(1))), // clocks differ
                Date.from(now.plus(life)),
                subject,
                pair.getPublic());
    }

    private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static String pem(Object object) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            // Go reads a key as PKCS 8 or as SEC 1 with its curve; the writer's own choice is SEC 1 without.
            writer.writeObject(
                    object instanceof PrivateKey key ? new PemObject("PRIVATE KEY", key.getEncoded()) : object);
        }
        return text.toString();
    }

    private static X509Certificate readCertificate(Path file) throws IOException, GeneralSecurityException {
        try (var parser = new PEMParser(Files.newBufferedReader(file))) {
            return new JcaX509CertificateConverter().getCertificate((X509CertificateHolder) parser.readObject());
        }
    }

    private static PrivateKey readKey(Path file) throws IOException {
        try (var parser = new PEMParser(Files.newBufferedReader(file))) {
            var object = parser.readObject();
            var converter = new JcaPEMKeyConverter();
            return object instanceof PrivateKeyInfo info
                    ? converter.getPrivateKey(info)
                    : converter.getKeyPair((PEMKeyPair) object).getPrivate();
        }
    }
}
