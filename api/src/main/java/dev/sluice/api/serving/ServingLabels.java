package dev.sluice.api.serving;

/** Label keys of serving (spec/serving.md section 1.10). */
public final class ServingLabels {
    public static final String SERVICE = "serving.knative.dev/service";
    public static final String SERVICE_UID = "serving.knative.dev/serviceUID";
    public static final String CONFIGURATION = "serving.knative.dev/configuration";
    public static final String CONFIGURATION_UID = "serving.knative.dev/configurationUID";
    public static final String CONFIGURATION_GENERATION = "serving.knative.dev/configurationGeneration";
    public static final String REVISION = "serving.knative.dev/revision";
    /** The only label that a Revision's pods are selected by. */
    public static final String REVISION_UID = "serving.knative.dev/revisionUID";

    public static final String ROUTE = "serving.knative.dev/route";
    public static final String ROUTE_NAMESPACE = "serving.knative.dev/routeNamespace";
    /** {@code pending}, then {@code active} or {@code reserve}. */
    public static final String ROUTING_STATE = "serving.knative.dev/routingState";

    public static final String DEPLOYMENT_HASH = "serving.knative.dev/deployment-hash";
    public static final String DOMAIN_MAPPING_UID = "serving.knative.dev/domainMappingUID";
    public static final String DOMAIN_MAPPING_NAMESPACE = "serving.knative.dev/domainMappingNamespace";
    /** On a Build that a Configuration asked for: Builds of the same hash are shared. */
    public static final String BUILD_HASH = "serving.knative.dev/buildHash";
    /** The revision's name, on pods and Deployments, unless the user has set it. */
    public static final String APP = "app";

    public static final String STATE_PENDING = "pending";
    public static final String STATE_ACTIVE = "active";
    public static final String STATE_RESERVE = "reserve";

    private ServingLabels() {}
}
