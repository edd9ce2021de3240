package dev.sluice.serving.domain;

import dev.sluice.api.networking.ClusterDomainClaim;
import dev.sluice.api.networking.ClusterDomainClaimSpec;
import dev.sluice.api.serving.DomainMapping;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;

/**
 * Which namespace a domain belongs to. A claim that was made for a DomainMapping carries that one's namespace as a label, by
 * which it is known again when the mapping is gone; an administrator's is left alone.
 */
final class Claims {
    /** What came of asking for a domain. */
    enum Answer {
        OURS,
        OF_ANOTHER,
        NONE
    }

    private final Caches caches;
    private final Writes writes;

    Claims(Caches caches, Writes writes) {
        this.caches = caches;
        this.writes = writes;
    }

    /** @param create whether a missing claim is made */
    Answer claim(DomainMapping mapping, boolean create) {
        var domain = mapping.getMetadata().getName();
        var namespace = mapping.getMetadata().getNamespace();
        var found = caches.claims().get(ObjectKey.cluster(domain));
        if (found.isPresent()) {
            return owner(found.get()).equals(namespace) ? Answer.OURS : Answer.OF_ANOTHER;
        }
        if (!create) {
            return Answer.NONE;
        }
        var claim = new ClusterDomainClaim();
        claim.setMetadata(new ObjectMetaBuilder()
                .withName(domain)
                .withLabels(Map.of(ServingLabels.DOMAIN_MAPPING_NAMESPACE, namespace))
                .build());
        claim.setSpec(new ClusterDomainClaimSpec(namespace));
        // when somebody was faster, the informer will tell who
        return writes.create(claim).isPresent() ? Answer.OURS : Answer.OF_ANOTHER;
    }

    /** Gives back what was claimed for a mapping that is gone. */
    void release(ObjectKey mapping) {
        var key = ObjectKey.cluster(mapping.name());
        caches.claims()
                .get(key)
                .filter(claim -> madeFor(claim).equals(mapping.namespace()))
                .ifPresent(claim -> writes.delete(ClusterDomainClaim.class, key));
    }

    /** Empty when an administrator made it. */
    static String madeFor(ClusterDomainClaim claim) {
        return Meta.label(claim, ServingLabels.DOMAIN_MAPPING_NAMESPACE);
    }

    private static String owner(ClusterDomainClaim claim) {
        var namespace = claim.getSpec() == null ? null : claim.getSpec().namespace();
        return namespace == null ? "" : namespace;
    }
}
