package dev.sluice.serving.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.testing.tls.SelfSigned;
import org.junit.jupiter.api.Test;

class PemPairTest {
    private static final SelfSigned EC = SelfSigned.forHost("a.test");
    private static final SelfSigned RSA = SelfSigned.rsaForHost("a.test");

    @Test
    void bringsEveryUsualFormOfAKeyIntoOne() {
        for (var pair : new SelfSigned[] {EC, RSA}) {
            var read = PemPair.read(pair.certificatePem(), pair.keyPem());
            assertThat(read.key()).isEqualTo(pair.keyPem());
            assertThat(PemPair.read(pair.certificatePem(), pair.traditionalKeyPem())
                            .key())
                    .startsWith("-----BEGIN PRIVATE KEY-----\n");
        }
    }

    @Test
    void saysWhatIsWrongAndShowsNothingOfIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemPair.read(
                        EC.certificatePem(), SelfSigned.forHost("a.test").keyPem()))
                .withMessage("the key is not the certificate's");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemPair.read(EC.certificatePem(), RSA.keyPem()))
                .withMessage("the key is not the certificate's");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemPair.read("nothing", EC.keyPem()))
                .withMessage("the certificate is not X.509 in PEM");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemPair.read(EC.certificatePem(), EC.certificatePem()))
                .withMessage("the key is not a private key in PEM");
    }
}
