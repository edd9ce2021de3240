package dev.sluice.e2e.conformance;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The kinds that the tests touch. */
enum Kind {
    SERVICE("serving.knative.dev", "v1", "Service", "services"),
    CONFIGURATION("serving.knative.dev", "v1", "Configuration", "configurations"),
    REVISION("serving.knative.dev", "v1", "Revision", "revisions"),
    ROUTE("serving.knative.dev", "v1", "Route", "routes"),
    DOMAIN_MAPPING("serving.knative.dev", "v1beta1", "DomainMapping", "domainmappings"),
    POD("", "v1", "Pod", "pods"),
    CORE_SERVICE("", "v1", "Service", "services"),
    CONFIG_MAP("", "v1", "ConfigMap", "configmaps"),
    SECRET("", "v1", "Secret", "secrets"),
    RESOURCE_QUOTA("", "v1", "ResourceQuota", "resourcequotas"),
    SERVICE_ACCOUNT("", "v1", "ServiceAccount", "serviceaccounts"),
    BUILD("build.knative.dev", "v1alpha1", "Build", "builds"),
    BUILD_TEMPLATE("build.knative.dev", "v1alpha1", "BuildTemplate", "buildtemplates");

    private final String group;
    private final String version;
    private final String name;
    private final String plural;

    Kind(String group, String version, String name, String plural) {
        this.group = group;
        this.version = version;
        this.name = name;
        this.plural = plural;
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    String kind() {
        return name;
    }

    ResourceDefinitionContext context() {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(name)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }
}
