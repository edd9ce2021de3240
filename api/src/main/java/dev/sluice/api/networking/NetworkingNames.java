package dev.sluice.api.networking;

/** Label and annotation keys of networking (spec/serving.md section 1.10). */
public final class NetworkingNames {
    /** Label; {@link #CLUSTER_LOCAL} keeps a Service or Route, or one tag's Kubernetes Service, inside the cluster. */
    public static final String VISIBILITY = "networking.knative.dev/visibility";

    public static final String CLUSTER_LOCAL = "cluster-local";
    public static final String INGRESS_CLASS = "networking.knative.dev/ingress-class";
    public static final String CERTIFICATE_CLASS = "networking.knative.dev/certificate-class";
    public static final String HTTP_PROTOCOL = "networking.knative.dev/http-protocol";
    public static final String DISABLE_EXTERNAL_DOMAIN_TLS = "networking.knative.dev/disable-external-domain-tls";
    public static final String SERVICE_TYPE = "networking.internal.knative.dev/serviceType";

    private NetworkingNames() {}
}
