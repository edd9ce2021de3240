package dev.sluice.serving.domain;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.networking.NetworkingNames;
import dev.sluice.api.serving.Addressable;
import dev.sluice.api.serving.DomainMapping;
import dev.sluice.api.serving.DomainMappingSpec;
import dev.sluice.api.serving.DomainMappingStatus;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.TlsCertificate;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import dev.sluice.serving.route.Mapping;
import dev.sluice.serving.route.RouteTablePublisher;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a domain once its namespace has claimed it and what it refers to has an address (spec/serving.md section 1.7).
 * Where the reference does not resolve any more, what was served stays.
 */
public final class DomainMappingReconciler implements WorkLoop.Work<ObjectKey> {
    private static final Logger LOG = LoggerFactory.getLogger(DomainMappingReconciler.class);
    private static final String SERVING = "serving.knative.dev";
    private static final String CLAIMED = "DomainClaimed";
    private static final String REFERENCE = "ReferenceResolved";
    private static final String INGRESS = "IngressReady";
    private static final String CERTIFICATE = "CertificateProvisioned";
    /** What a reference leads to may be of a kind that nobody here watches. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private static final Duration UNACKNOWLEDGED = Duration.ofSeconds(1);

    private final Caches caches;
    private final Writes writes;
    private final RouteTablePublisher publisher;
    private final KubernetesClient client;
    private final Claims claims;
    private final References references;
    private final ServingConfig config;
    private final Supplier<ServingSettings> settings;
    private final Clock clock;

    public DomainMappingReconciler(
            Caches caches,
            Writes writes,
            RouteTablePublisher publisher,
            KubernetesClient client,
            ServingConfig config,
            Supplier<ServingSettings> settings,
            Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.publisher = publisher;
        this.client = client;
        this.claims = new Claims(caches, writes);
        this.references = new References(client, config.clusterDomain());
        this.config = config;
        this.settings = settings;
        this.clock = clock;
    }

    /** The mappings of claims that were made for one, whether it is still there or not. */
    public List<ObjectKey> claimed() {
        return caches.claims().all().stream()
                .filter(claim -> !Claims.madeFor(claim).isEmpty())
                .map(claim ->
                        new ObjectKey(Claims.madeFor(claim), claim.getMetadata().getName()))
                .toList();
    }

    /** Puts a mapping that an earlier process served, so that the first table has it. Whatever is wrong is said later. */
    public void restore(DomainMapping mapping) {
        if (Meta.deleting(mapping) || claims.claim(mapping, false) != Claims.Answer.OURS) {
            return;
        }
        var key = ObjectKey.of(mapping);
        var unsaid = new ConditionSet("Ready", List.of(CERTIFICATE), List.of(), clock.instant());
        try {
            if (references.resolve(mapping) instanceof References.Result.Found found) {
                var direct = direct(key.namespace(), found.name());
                publisher.putMapping(owner(key), entry(mapping, found, direct, certificate(mapping, unsaid)));
            }
        } catch (KubernetesClientException e) { // a boundary: one domain's trouble must not keep all from being served
            LOG.atWarn()
                    .addKeyValue("namespace", key.namespace())
                    .addKeyValue("name", key.name())
                    .setCause(e)
                    .log("a domain could not be restored");
        }
    }

    @Override
    public Outcome reconcile(ObjectKey key) {
        var found = caches.domainMappings().get(key);
        if (found.isEmpty() || Meta.deleting(found.get())) {
            publisher.remove(owner(key));
            claims.release(key);
            return Outcome.done();
        }
        var mapping = found.get();
        var conditions = new ConditionSet(
                "Ready",
                List.of(CLAIMED, REFERENCE, INGRESS, CERTIFICATE),
                mapping.getStatus().conditions(),
                clock.instant());
        var certificate = certificate(mapping, conditions);
        var outcome = claimed(key, mapping, conditions) ? serve(key, mapping, certificate, conditions) : Outcome.done();
        write(mapping, certificate.isPresent(), conditions);
        return outcome;
    }

    private boolean claimed(ObjectKey key, DomainMapping mapping, ConditionSet conditions) {
        boolean create = settings.get().network().autocreateClusterDomainClaims();
        switch (claims.claim(mapping, create)) {
            case OURS -> {
                conditions.markTrue(CLAIMED);
                return true;
            }
            case OF_ANOTHER ->
                conditions.markFalse(
                        CLAIMED, "DomainAlreadyClaimed", "The domain name is already in use by another DomainMapping");
            case NONE ->
                conditions.markFalse(
                        CLAIMED, "DomainClaimFailed", "no ClusterDomainClaim found for domain \"" + key.name() + "\"");
        }
        publisher.remove(owner(key));
        return false;
    }

    private Outcome serve(
            ObjectKey key, DomainMapping mapping, Optional<TlsCertificate> certificate, ConditionSet conditions) {
        return switch (references.resolve(mapping)) {
            case References.Result.Failed(String message) -> {
                conditions.markFalse(REFERENCE, "ResolveFailed", message);
                if (conditions.status(INGRESS).equals("Unknown")) {
                    conditions.markUnknown(INGRESS, "IngressNotConfigured", "Ingress has not yet been reconciled.");
                }
                yield Outcome.again(LOOK_AGAIN);
            }
            case References.Result.Found found -> {
                conditions.markTrue(REFERENCE);
                var direct = direct(key.namespace(), found.name());
                boolean served = publisher.putMapping(owner(key), entry(mapping, found, direct, certificate));
                if (served) {
                    conditions.markTrue(INGRESS);
                    yield direct.isEmpty() && ofRoutes(mapping.getSpec().ref())
                            ? Outcome.done()
                            : Outcome.again(LOOK_AGAIN);
                }
                conditions.markUnknown(INGRESS, "Uninitialized", "Waiting for load balancer to be ready");
                yield Outcome.again(UNACKNOWLEDGED);
            }
        };
    }

    /** Whether a change of what is referred to changes a Route, which brings us back. */
    private static boolean ofRoutes(DomainMappingSpec.@Nullable Reference reference) {
        if (reference == null) {
            return false;
        }
        var version = Objects.requireNonNullElse(reference.apiVersion(), "");
        var group = version.isEmpty() ? Objects.requireNonNullElse(reference.group(), "") : version.split("/", 2)[0];
        return switch (Objects.requireNonNullElse(reference.kind(), "")) {
            case "Route" -> group.equals(SERVING);
            case "Service" -> group.equals(SERVING) || version.equals("v1"); // the latter only where a Route has it
            default -> false;
        };
    }

    private Mapping entry(
            DomainMapping mapping,
            References.Result.Found found,
            Optional<HostRule> direct,
            Optional<TlsCertificate> certificate) {
        return new Mapping(
                mapping.getMetadata().getName().toLowerCase(Locale.ROOT),
                found.host(),
                direct,
                certificate,
                certificate.isPresent() && redirects(mapping));
    }

    /** To a Kubernetes Service that belongs to no Route: to its address itself. */
    private Optional<HostRule> direct(String namespace, String name) {
        if (caches.placeholders().get(namespace, name).isPresent()) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                        client.services().inNamespace(namespace).withName(name).get())
                .map(Service::getSpec)
                .filter(spec -> spec.getClusterIP() != null
                        && !spec.getClusterIP().equals("None")
                        && !spec.getPorts().isEmpty())
                .map(spec -> new HostRule(
                        namespace,
                        name,
                        List.of(new HostRule.Split(
                                new HostRule.Target.ToAddress(
                                        spec.getClusterIP(),
                                        spec.getPorts().stream()
                                                .filter(port -> port.getPort() == 80)
                                                .findFirst()
                                                .orElse(spec.getPorts().getFirst())
                                                .getPort()),
                                100)),
                        Map.of()));
    }

    private Optional<TlsCertificate> certificate(DomainMapping mapping, ConditionSet conditions) {
        var name = secretName(mapping);
        if (name == null) {
            conditions.markTrue(CERTIFICATE, "TLSNotEnabled", "external-domain-tls is not enabled");
            return Optional.empty();
        }
        try {
            if (config.externalTlsPort() == 0) {
                throw new IllegalArgumentException("No gateway listens for TLS.");
            }
            var certificate = caches.tlsSecrets()
                    .get(mapping.getMetadata().getNamespace(), name)
                    .flatMap(DomainMappingReconciler::certificate);
            if (certificate.isEmpty()) {
                throw new IllegalArgumentException(
                        "There is no Secret \"" + name + "\" of type kubernetes.io/tls with tls.crt and tls.key.");
            }
            conditions.markTrue(CERTIFICATE, "CertificateExternallyProvided", null);
            return certificate;
        } catch (IllegalArgumentException e) {
            conditions.markUnknown(CERTIFICATE, "CertificateNotReady", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static Optional<TlsCertificate> certificate(Secret secret) {
        var data = secret.getData() == null ? Map.<String, String>of() : secret.getData();
        var chain = data.get("tls.crt");
        var key = data.get("tls.key");
        if (chain == null || key == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(PemPair.read(text(chain), text(key)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Secret \"" + secret.getMetadata().getName() + "\" cannot be used: " + e.getMessage() + ".", e);
        }
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII);
    }

    private static @Nullable String secretName(DomainMapping mapping) {
        var tls = mapping.getSpec().tls();
        return tls == null || tls.secretName() == null || tls.secretName().isEmpty() ? null : tls.secretName();
    }

    private boolean redirects(DomainMapping mapping) {
        var own = Meta.annotations(mapping).get(NetworkingNames.HTTP_PROTOCOL);
        return own == null ? settings.get().network().redirectHttp() : own.equalsIgnoreCase("redirected");
    }

    private void write(DomainMapping mapping, boolean tls, ConditionSet conditions) {
        var network = settings.get().network();
        var scheme = tls ? "https" : network.externalScheme();
        int http = network.externalPort() == 0 ? config.externalPort() : network.externalPort();
        int port = tls ? config.externalTlsPort() : http;
        var url = scheme + "://" + mapping.getMetadata().getName() + (port == 80 || port == 443 ? "" : ":" + port);
        writes.status(
                mapping,
                new DomainMappingStatus(
                        Meta.generation(mapping),
                        conditions.list(),
                        mapping.getStatus().annotations(),
                        url,
                        new Addressable(url)),
                DomainMapping::new);
    }

    private static String owner(ObjectKey key) {
        return "domain/" + key;
    }
}
