package dev.sluice.api.serving.config;

import dev.sluice.api.serving.admission.AdmissionConfig;
import dev.sluice.api.serving.admission.Features;
import dev.sluice.api.serving.admission.ServingDefaults;
import dev.sluice.model.autoscale.ScalingDefaults;
import dev.sluice.model.dataplane.TracingSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the ConfigMaps of {@code knative-serving} say, as a value: one ConfigMap replaces its part.
 *
 * @param tracing null when config-observability says nothing about it
 * @param logUrlTemplate of config-observability; empty for none
 */
public record ServingSettings(
        Place place,
        AutoscalerConfig autoscaler,
        ServingDefaults defaults,
        Features features,
        DeploymentConfig deployment,
        DomainConfig domain,
        GcConfig gc,
        NetworkConfig network,
        @Nullable TracingSettings tracing,
        String logUrlTemplate) {
    public static final String AUTOSCALER = "config-autoscaler";
    public static final String DEFAULTS = "config-defaults";
    public static final String DEPLOYMENT = "config-deployment";
    public static final String DOMAIN = "config-domain";
    public static final String FEATURES = "config-features";
    public static final String GC = "config-gc";
    public static final String NETWORK = "config-network";
    public static final String OBSERVABILITY = "config-observability";

    /** The ConfigMaps that are read. */
    public static final Set<String> NAMES =
            Set.of(AUTOSCALER, DEFAULTS, DEPLOYMENT, DOMAIN, FEATURES, GC, NETWORK, OBSERVABILITY);

    private static final String LOG_URL = "logging.revision-url-template";
    private static final String GRACE = "scale-to-zero-grace-period";

    /**
     * What holds where no ConfigMap says otherwise.
     *
     * @param domain of the external names when config-domain is absent
     * @param scaleToZeroGrace unless config-autoscaler has the key; upstream's 30 s cover the time that an ingress needs to
     *     learn of a change
     */
    public record Place(String domain, String clusterDomain, Duration scaleToZeroGrace) {}

    /** Without any ConfigMap. */
    public static ServingSettings of(Place place) {
        var none = Map.<String, String>of();
        return new ServingSettings(
                place,
                autoscaler(none, place),
                ServingDefaults.upstream(),
                Features.upstream(),
                DeploymentConfig.parse(none),
                domain(place),
                GcConfig.parse(none),
                NetworkConfig.parse(none),
                null,
                "");
    }

    /**
     * With the content of the ConfigMap of this name; one that is not read changes nothing.
     *
     * @throws ConfigProblem when it cannot be used
     */
    public ServingSettings with(String name, Map<String, String> data) {
        return switch (name) {
            case AUTOSCALER ->
                new ServingSettings(
                        place,
                        autoscaler(data, place),
                        defaults,
                        features,
                        deployment,
                        domain,
                        gc,
                        network,
                        tracing,
                        logUrlTemplate);
            case DEFAULTS ->
                new ServingSettings(
                        place,
                        autoscaler,
                        DefaultsConfig.parse(data),
                        features,
                        deployment,
                        domain,
                        gc,
                        network,
                        tracing,
                        logUrlTemplate);
            case FEATURES ->
                new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        Features.parse(data),
                        deployment,
                        domain,
                        gc,
                        network,
                        tracing,
                        logUrlTemplate);
            case DEPLOYMENT ->
                new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        features,
                        DeploymentConfig.parse(data),
                        domain,
                        gc,
                        network,
                        tracing,
                        logUrlTemplate);
            case DOMAIN ->
                new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        features,
                        deployment,
                        DomainConfig.parse(data, place.clusterDomain()),
                        gc,
                        network,
                        tracing,
                        logUrlTemplate);
            case GC ->
                new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        features,
                        deployment,
                        domain,
                        GcConfig.parse(data),
                        network,
                        tracing,
                        logUrlTemplate);
            case NETWORK ->
                new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        features,
                        deployment,
                        domain,
                        gc,
                        NetworkConfig.parse(data),
                        tracing,
                        logUrlTemplate);
            case OBSERVABILITY ->
                new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        features,
                        deployment,
                        domain,
                        gc,
                        network,
                        TracingConfig.parse(data).orElse(null),
                        data.getOrDefault(LOG_URL, ""));
            default -> this;
        };
    }

    /** As before a ConfigMap of this name was there. */
    public ServingSettings without(String name) {
        return name.equals(DOMAIN)
                ? new ServingSettings(
                        place,
                        autoscaler,
                        defaults,
                        features,
                        deployment,
                        domain(place),
                        gc,
                        network,
                        tracing,
                        logUrlTemplate)
                : with(name, Map.of());
    }

    /** The part that defaulting and validation depend on. */
    public AdmissionConfig admission() {
        return new AdmissionConfig(
                defaults,
                features,
                autoscaler.maxScaleLimit(),
                autoscaler.allowZeroInitialScale(),
                autoscaler.podAutoscalerClass());
    }

    /** Where people find the logs of a revision. */
    public Optional<String> logUrl(String revisionUid) {
        return logUrlTemplate.isEmpty()
                ? Optional.empty()
                : Optional.of(logUrlTemplate.replace("${REVISION_UID}", revisionUid));
    }

    public ScalingDefaults scaling() {
        return autoscaler.scaling();
    }

    private static AutoscalerConfig autoscaler(Map<String, String> data, Place place) {
        var config = AutoscalerConfig.parse(data);
        return data.containsKey(GRACE)
                ? config
                : new AutoscalerConfig(
                        config.scaling().withGrace(place.scaleToZeroGrace()),
                        config.podAutoscalerClass(),
                        config.activatorCapacity(),
                        config.allowZeroInitialScale(),
                        config.maxScaleLimit());
    }

    private static DomainConfig domain(Place place) {
        return DomainConfig.parse(Map.of(place.domain(), ""), place.clusterDomain());
    }
}
