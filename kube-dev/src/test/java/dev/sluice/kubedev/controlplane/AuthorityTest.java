package dev.sluice.kubedev.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {

    @Test
    void whatItIssuesVerifiesAgainstItAndAgainstNoOther(@TempDir Path folder) throws Exception {
        var authority = Authority.in(folder, "ca");
        var issued = authority.issue("server", "CN=server", List.of("localhost"), List.of("127.0.0.1"));
        issued.x509().verify(authority.certificate().getPublicKey());
        issued.x509().checkValidity();
        assertThat(issued.x509().getIssuerX500Principal())
                .isEqualTo(authority.certificate().getSubjectX500Principal());
        var other = Authority.in(folder, "other");
        assertThat(other.certificate().getPublicKey())
                .isNotEqualTo(authority.certificate().getPublicKey());
    }

    @Test
    void itIsTheSameAfterARestart(@TempDir Path folder) throws Exception {
        var first = Authority.in(folder, "ca");
        var second = Authority.in(folder, "ca");
        assertThat(second.certificate()).isEqualTo(first.certificate());
        second.issue("server", "CN=server", List.of(), List.of())
                .x509()
                .verify(first.certificate().getPublicKey());
    }

    @Test
    void nobodyElseReadsItsFiles(@TempDir Path folder) throws Exception {
        var pki = folder.resolve("pki");
        var authority = Authority.in(pki, "ca");
        authority.issue("server", "CN=server", List.of(), List.of());
        try (var files = Files.list(pki)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pki)))
                .isEqualTo("rwx------");
    }
}
