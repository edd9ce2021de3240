package dev.sluice.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.networking.ClusterDomainClaim;
import dev.sluice.api.networking.ClusterDomainClaimSpec;
import dev.sluice.api.serving.DomainMapping;
import dev.sluice.api.serving.DomainMappingSpec;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.testing.tls.SelfSigned;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Domains of people's own, from a claim to a published host. */
@ExtendWith(SharedPlatform.class)
class DomainMappingIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Map<String, String> NONE = Map.of();

    private final Platform platform;

    DomainMappingIT(Platform platform) {
        this.platform = platform;
    }

    @AfterEach
    void reset() {
        platform.unconfigure();
    }

    @Test
    void aClaimedDomainAnswersAsItsServiceDoesAndFollowsIt() throws Exception {
        claim("shop.test", "dm-follow");
        platform.namespace("dm-follow");
        map("dm-follow", "shop.test", "app", null);
        awaitCondition("dm-follow", "shop.test", "ReferenceResolved", "False ResolveFailed");
        assertThat(message("dm-follow", "shop.test", "ReferenceResolved"))
                .isEqualTo("failed to get object dm-follow/app: services.serving.knative.dev \"app\" not found");

        platform.apply("dm-follow", "app", Platform.image("one"), NONE, NONE);
        awaitCondition("dm-follow", "shop.test", "Ready", "True");
        assertThat(platform.gateway.split("shop.test")).isEqualTo(Map.of("app-00001", 100));
        var status = mapping("dm-follow", "shop.test").require().getStatus();
        assertThat(status.url()).isEqualTo("http://shop.test:8080");
        assertThat(Objects.requireNonNull(status.address()).url()).isEqualTo("http://shop.test:8080");
        assertThat(status.observedGeneration()).isEqualTo(1);

        platform.apply("dm-follow", "app", Platform.image("two"), NONE, NONE);
        await().atMost(SOON).until(() -> platform.gateway.split("shop.test").equals(Map.of("app-00002", 100)));
    }

    @Test
    void withoutAClaimADomainIsNotServed() throws Exception {
        platform.namespace("dm-unclaimed");
        platform.apply("dm-unclaimed", "app", Platform.image("hello"), NONE, NONE);

        map("dm-unclaimed", "nobodys.test", "app", null);

        awaitCondition("dm-unclaimed", "nobodys.test", "DomainClaimed", "False DomainClaimFailed");
        assertThat(message("dm-unclaimed", "nobodys.test", "Ready"))
                .isEqualTo("no ClusterDomainClaim found for domain \"nobodys.test\"");
        assertThat(platform.gateway.rule("nobodys.test")).isEmpty();

        claim("nobodys.test", "dm-unclaimed");
        awaitCondition("dm-unclaimed", "nobodys.test", "Ready", "True");

        mapping("dm-unclaimed", "nobodys.test").delete();
        await().atMost(SOON).until(() -> platform.gateway.rule("nobodys.test").isEmpty());
        assertThat(platform.client
                        .resources(ClusterDomainClaim.class)
                        .withName("nobodys.test")
                        .get())
                .as("an administrator's claim")
                .isNotNull();
    }

    @Test
    void aSecondNamespaceGetsTheDomainWhenTheFirstGivesItUp() throws Exception {
        platform.configure("config-network", Map.of("autocreate-cluster-domain-claims", "true"));
        for (var namespace : new String[] {"dm-first", "dm-second"}) {
            platform.namespace(namespace);
            platform.apply(namespace, "app", Platform.image("hello"), NONE, NONE);
        }
        map("dm-first", "pizza.test", "app", null);
        awaitCondition("dm-first", "pizza.test", "Ready", "True");

        map("dm-second", "pizza.test", "app", null);
        awaitCondition("dm-second", "pizza.test", "DomainClaimed", "False DomainAlreadyClaimed");
        assertThat(message("dm-second", "pizza.test", "Ready"))
                .isEqualTo("The domain name is already in use by another DomainMapping");
        assertThat(platform.gateway.rule("pizza.test").orElseThrow().namespace())
                .isEqualTo("dm-first");

        mapping("dm-first", "pizza.test").delete();
        awaitCondition("dm-second", "pizza.test", "Ready", "True");
        assertThat(platform.gateway.rule("pizza.test").orElseThrow().namespace())
                .isEqualTo("dm-second");
    }

    @Test
    void aSecretBringsTlsAndARedirectionWhereAsked() throws Exception {
        claim("secure.test", "dm-tls");
        platform.namespace("dm-tls");
        platform.apply("dm-tls", "app", Platform.image("hello"), NONE, NONE);
        map("dm-tls", "secure.test", "app", "cert");
        awaitCondition("dm-tls", "secure.test", "CertificateProvisioned", "Unknown CertificateNotReady");

        var certificate = SelfSigned.forHost("secure.test");
        platform.client
                .resource(secret(certificate, SelfSigned.rsaForHost("secure.test")))
                .create();
        await().atMost(SOON)
                .until(
                        () -> message("dm-tls", "secure.test", "CertificateProvisioned"),
                        "Secret \"cert\" cannot be used: the key is not the certificate's."::equals);
        assertThat(mapping("dm-tls", "secure.test").require().getStatus().url()).isEqualTo("http://secure.test:8080");

        platform.client.resource(secret(certificate, certificate)).update();
        awaitCondition("dm-tls", "secure.test", "Ready", "True");
        assertThat(mapping("dm-tls", "secure.test").require().getStatus().url()).isEqualTo("https://secure.test:8443");
        assertThat(platform.gateway.certificate("secure.test").orElseThrow().chain())
                .isEqualTo(certificate.certificatePem());
        assertThat(platform.gateway.rule("secure.test").orElseThrow().redirectToHttps())
                .isFalse();

        platform.configure("config-network", Map.of("http-protocol", "Redirected"));
        await().atMost(SOON)
                .until(() -> platform.gateway.rule("secure.test").orElseThrow().redirectToHttps());
    }

    @Test
    void aRestartPublishesDomainsWithTheFirstTable() throws Exception {
        claim("again.test", "dm-again");
        platform.namespace("dm-again");
        platform.apply("dm-again", "app", Platform.image("hello"), NONE, NONE);
        map("dm-again", "again.test", "app", null);
        awaitCondition("dm-again", "again.test", "Ready", "True");
        int before = platform.gateway.tables.size();

        platform.restartServing();

        assertThat(platform.gateway.tables.get(before).hosts()).containsKeys("again.test", "app.dm-again.localhost");
    }

    @Test
    void aDomainFollowsTheAddressOfAPlainService() {
        claim("plain.test", "dm-plain");
        platform.namespace("dm-plain");
        var first = plainService();
        var mapping = new DomainMapping();
        mapping.setMetadata(new ObjectMetaBuilder()
                .withName("plain.test")
                .withNamespace("dm-plain")
                .build());
        mapping.setSpec(new DomainMappingSpec(
                new DomainMappingSpec.Reference("Service", "dm-plain", "plain", "v1", null, null), null));
        platform.client.resource(mapping).create();
        await().atMost(SOON).until(() -> leadsTo("plain.test", first));
        awaitCondition("dm-plain", "plain.test", "Ready", "True");

        platform.client.services().inNamespace("dm-plain").withName("plain").delete();
        var second = plainService();
        await().atMost(SOON).until(() -> leadsTo("plain.test", second));
    }

    /** Answers its address. */
    private String plainService() {
        return platform.client
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName("plain")
                        .withNamespace("dm-plain")
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build())
                .create()
                .getSpec()
                .getClusterIP();
    }

    private boolean leadsTo(String domain, String address) {
        return platform.gateway
                .rule(domain)
                .filter(rule -> rule.splits().getFirst().target() instanceof HostRule.Target.ToAddress to
                        && to.host().equals(address))
                .isPresent();
    }

    private static Secret secret(SelfSigned certificate, SelfSigned key) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName("cert")
                .withNamespace("dm-tls")
                .endMetadata()
                .withType("kubernetes.io/tls")
                .addToStringData("tls.crt", certificate.certificatePem())
                .addToStringData("tls.key", key.traditionalKeyPem())
                .build();
    }

    private void claim(String domain, String namespace) {
        var claim = new ClusterDomainClaim();
        claim.setMetadata(new ObjectMetaBuilder().withName(domain).build());
        claim.setSpec(new ClusterDomainClaimSpec(namespace));
        platform.client.resource(claim).create();
    }

    private void map(String namespace, String domain, String service, @Nullable String secret) {
        var mapping = new DomainMapping();
        mapping.setMetadata(new ObjectMetaBuilder()
                .withName(domain)
                .withNamespace(namespace)
                .build());
        mapping.setSpec(new DomainMappingSpec(
                new DomainMappingSpec.Reference("Service", namespace, service, "serving.knative.dev/v1", null, null),
                secret == null ? null : new DomainMappingSpec.SecretTls(secret)));
        platform.client.resource(mapping).create();
    }

    private Resource<DomainMapping> mapping(String namespace, String domain) {
        return platform.client
                .resources(DomainMapping.class)
                .inNamespace(namespace)
                .withName(domain);
    }

    private void awaitCondition(String namespace, String domain, String type, String wanted) {
        await().atMost(SOON)
                .until(
                        () -> Platform.condition(
                                mapping(namespace, domain).require().getStatus().conditions(), type),
                        wanted::equals);
    }

    private String message(String namespace, String domain, String type) {
        return mapping(namespace, domain).require().getStatus().conditions().stream()
                .filter(c -> c.type().equals(type))
                .map(c -> String.valueOf(c.message()))
                .findFirst()
                .orElse("");
    }
}
