package dev.sluice.api.networking;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A ClusterDomainClaim: which namespace may map the domain that it is named after. */
@Group("networking.internal.knative.dev")
@Version("v1alpha1")
@Kind("ClusterDomainClaim")
@Plural("clusterdomainclaims")
@Singular("clusterdomainclaim")
@ShortNames({"cdc"})
@Categories({"all", "knative", "networking"})
@AdditionalPrinterColumn(name = "Namespace", jsonPath = ".spec.namespace")
public final class ClusterDomainClaim extends CustomResource<ClusterDomainClaimSpec, Void> {
    private static final long serialVersionUID = 1L;
}
