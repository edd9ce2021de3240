package dev.sluice.app.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void serverCertificateIsVouchedForByTheAuthority() throws Exception {
        var identity = at(NOON, "127.0.0.1").current();

        identity.chain().getFirst().verify(identity.authorities().getFirst().getPublicKey());
        assertThat(identity.chain().getFirst().getSubjectAlternativeNames())
                .anySatisfy(name -> assertThat(name.get(1)).isEqualTo("127.0.0.1"));
    }

    @Test
    void sameIdentityIsPresentedAfterARestart() {
        var first = at(NOON, "127.0.0.1").current();

        assertThat(at(NOON.plus(Duration.ofDays(10)), "127.0.0.1").current()).isEqualTo(first);
    }

    @Test
    void keysAreReadableForTheirOwnerOnly() throws Exception {
        at(NOON, "127.0.0.1").current();

        assertThat(Files.getPosixFilePermissions(folder.resolve("keys.p12")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void serverCertificateIsRenewedWhileAThirdOfItsLifeIsLeft() {
        var first = at(NOON, "127.0.0.1").current();

        var later = at(NOON.plus(Certificates.SERVER_LIFE.multipliedBy(3).dividedBy(4)), "127.0.0.1")
                .current();

        assertThat(later.chain()).isNotEqualTo(first.chain());
        assertThat(later.authorities()).isEqualTo(first.authorities());
    }

    @Test
    void newNameGetsANewCertificate() {
        var first = at(NOON, "127.0.0.1").current();

        assertThat(at(NOON, "10.0.0.7").current().chain()).isNotEqualTo(first.chain());
    }

    @Test
    void oldAuthorityStaysTrustedWhenANewOneTakesOver() {
        var first = at(NOON, "127.0.0.1").current();

        var later = at(NOON.plus(Certificates.CA_LIFE.multipliedBy(3).dividedBy(4)), "127.0.0.1")
                .current();

        assertThat(later.authorities()).hasSize(2).contains(first.authorities().getFirst());
    }

    @Test
    void damagedKeyStoreIsReplaced() throws Exception {
        Files.writeString(folder.resolve("keys.p12"), "not a key store");

        assertThat(at(NOON, "127.0.0.1").current().chain()).isNotEmpty();
    }

    private Certificates at(Instant now, String host) {
        return new Certificates(folder.resolve("keys.p12"), Set.of(host), Clock.fixed(now, ZoneOffset.UTC));
    }
}
