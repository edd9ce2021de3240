package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static dev.sluice.e2e.conformance.ProbeImages.V2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.tls.SelfSigned;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain of one's own leads to a Service, and belongs to one namespace at a time. */
@Conformance
class DomainMappingConformance {
    @Test
    @Row("TestDomainMapping")
    void leadsToItsServiceAndIsTakenOverWhenItsOwnerLeaves(World world) {
        world.setting("config-network", "autocreate-cluster-domain-claims", "true");
        var domain = "mapped-" + UUID.randomUUID().toString().substring(0, 6) + ".example.com";
        var mapping = """
                metadata: {name: %s}
                spec: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: mapped}}
                """.formatted(domain);
        var service = world.service("mapped", "$V1").ready();
        var first = world.create(Kind.DOMAIN_MAPPING, mapping).ready();
        assertThat(first.url()).startsWith("http://" + domain);
        var gateway = Caller.port(java.net.URI.create(service.url()));
        var url = "http://" + domain + ":" + gateway;
        assertThat(world.http().get(url).ok()).isEqualTo(V1.message());
        try (var other = world.elsewhere()) {
            other.service("mapped", "$V2").ready();
            var second = other.create(Kind.DOMAIN_MAPPING, mapping);
            second.until("refused the claim", object -> Thing.is(object, "DomainClaimed", "False"));
            first.delete();
            first.gone();
            second.ready();
            assertThat(world.http().get(url).ok()).isEqualTo(V2.message());
        }
    }

    /** Not one of Knative's rows, which need a cert-manager; what people do who bring their certificates themselves. */
    @Test
    void answersOverTlsWithTheCertificateOfItsSecretAndWithItsNextOne(World world, @TempDir Path folder)
            throws Exception {
        world.setting("config-network", "autocreate-cluster-domain-claims", "true");
        var domain = "secure-" + UUID.randomUUID().toString().substring(0, 6) + ".example.com";
        var before = SelfSigned.forHost(domain);
        world.service("secure", "$V1").ready();
        var secrets = world.client().secrets().inNamespace(world.namespace());
        secrets.resource(secret(before)).create();
        var mapping = world.create(Kind.DOMAIN_MAPPING, """
                metadata: {name: %s}
                spec:
                  ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: secure}
                  tls: {secretName: cert}
                """.formatted(domain)).ready();
        assertThat(mapping.url()).startsWith("https://" + domain);
        assertThat(curl(mapping.url(), before, folder)).endsWith(V1.message());

        var after = SelfSigned.rsaForHost(domain);
        secrets.resource(secret(after)).update();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> curl(mapping.url(), after, folder).endsWith(V1.message()));
    }

    private static Secret secret(SelfSigned identity) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName("cert")
                .endMetadata()
                .withType("kubernetes.io/tls")
                .addToStringData("tls.crt", identity.certificatePem())
                .addToStringData("tls.key", identity.traditionalKeyPem())
                .build();
    }

    /** What curl says of the gateway on this machine, trusting one certificate alone. */
    private static String curl(String url, SelfSigned trusted, Path folder) throws Exception {
        var uri = URI.create(url);
        var process = new ProcessBuilder(
                        "curl",
                        "-sS",
                        "--max-time",
                        "60",
                        "--resolve",
                        uri.getHost() + ":" + Caller.port(uri) + ":127.0.0.1",
                        "--cacert",
                        Files.writeString(folder.resolve("ca.pem"), trusted.certificatePem())
                                .toString(),
                        url)
                .redirectErrorStream(true)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text.strip();
    }
}
