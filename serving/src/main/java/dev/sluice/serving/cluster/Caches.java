package dev.sluice.serving.cluster;

import dev.sluice.api.autoscaling.PodAutoscaler;
import dev.sluice.api.build.Build;
import dev.sluice.api.networking.ClusterDomainClaim;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.DomainMapping;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One informer per kind that serving reads. Nothing is decided before all of them have synced. */
public final class Caches implements AutoCloseable {
    private static final String BY_CONFIGURATION = "configuration";
    private static final String BY_REVISION = "revision";
    private static final String BY_TARGET = "target";
    private static final String BY_NAME = "name";
    private static final String BY_ROUTE = "route";

    private final List<Cache<?>> all = new ArrayList<>();
    private final Cache<KnativeService> services;
    private final Cache<Configuration> configurations;
    private final Cache<Revision> revisions;
    private final Cache<Route> routes;
    private final Cache<PodAutoscaler> autoscalers;
    private final Cache<HorizontalPodAutoscaler> horizontal;
    private final Cache<Deployment> deployments;
    private final Cache<Pod> pods;
    private final Cache<Service> placeholders;
    private final Cache<EndpointSlice> endpoints;
    private final Cache<Build> builds;
    private final Cache<DomainMapping> domainMappings;
    private final Cache<ClusterDomainClaim> claims;
    private final Cache<Secret> tlsSecrets;

    public Caches(KubernetesClient client) {
        services = add(client, KnativeService.class, null, Map.of());
        configurations = add(client, Configuration.class, null, Map.of(BY_ROUTE, Caches::leadingRoutes));
        revisions = add(
                client,
                Revision.class,
                null,
                Map.of(BY_CONFIGURATION, byLabel(ServingLabels.CONFIGURATION), BY_ROUTE, Caches::leadingRoutes));
        routes = add(client, Route.class, null, Map.of(BY_TARGET, Caches::targets));
        autoscalers = add(client, PodAutoscaler.class, null, Map.of());
        horizontal = add(client, HorizontalPodAutoscaler.class, ServingLabels.REVISION_UID, Map.of());
        deployments = add(client, Deployment.class, ServingLabels.REVISION_UID, Map.of());
        pods = add(client, Pod.class, ServingLabels.REVISION_UID, Map.of(BY_REVISION, byLabel(ServingLabels.REVISION)));
        placeholders = add(client, Service.class, ServingLabels.ROUTE, Map.of());
        endpoints = add(client, EndpointSlice.class, ServingLabels.ROUTE, Map.of());
        builds = add(client, Build.class, ServingLabels.BUILD_HASH, Map.of());
        domainMappings = add(client, DomainMapping.class, null, Map.of(BY_NAME, Caches::name));
        claims = add(client.resources(ClusterDomainClaim.class).runnableInformer(0), Map.of());
        tlsSecrets = add(
                client.secrets()
                        .inAnyNamespace()
                        .withField("type", "kubernetes.io/tls")
                        .runnableInformer(0),
                Map.of());
    }

    public Cache<KnativeService> services() {
        return services;
    }

    public Cache<Configuration> configurations() {
        return configurations;
    }

    public Cache<Revision> revisions() {
        return revisions;
    }

    public Cache<Route> routes() {
        return routes;
    }

    public Cache<PodAutoscaler> autoscalers() {
        return autoscalers;
    }

    /** What scales the revisions of class {@code hpa}. */
    public Cache<HorizontalPodAutoscaler> horizontal() {
        return horizontal;
    }

    public Cache<Deployment> deployments() {
        return deployments;
    }

    public Cache<Pod> pods() {
        return pods;
    }

    /** The Kubernetes Services that carry the in-cluster names of Routes. */
    public Cache<Service> placeholders() {
        return placeholders;
    }

    public Cache<EndpointSlice> endpoints() {
        return endpoints;
    }

    /** The Builds that Configurations asked for. */
    public Cache<Build> builds() {
        return builds;
    }

    public Cache<DomainMapping> domainMappings() {
        return domainMappings;
    }

    /** Cluster-scoped: their keys have no namespace. */
    public Cache<ClusterDomainClaim> claims() {
        return claims;
    }

    /** Secrets of type {@code kubernetes.io/tls}. */
    public Cache<Secret> tlsSecrets() {
        return tlsSecrets;
    }

    /** In all namespaces. */
    public List<DomainMapping> mappingsOf(String domain) {
        return domainMappings.by(BY_NAME, domain);
    }

    public List<Revision> revisionsOf(ObjectKey configuration) {
        return revisions.by(BY_CONFIGURATION, configuration.toString());
    }

    /** The Revisions that name this Route as one that leads to them. */
    public List<Revision> revisionsLedToBy(ObjectKey route) {
        return revisions.by(BY_ROUTE, route.toString());
    }

    /** The Configurations that name this Route as one that leads to them. */
    public List<Configuration> configurationsLedToBy(ObjectKey route) {
        return configurations.by(BY_ROUTE, route.toString());
    }

    /** Routes that are named as leading to something and are not there: they went while nobody looked. */
    public List<ObjectKey> missedRoutes() {
        return Stream.concat(revisions.all().stream(), configurations.all().stream())
                .flatMap(object -> Meta.listed(object, ServingAnnotations.ROUTES).stream()
                        .map(route -> new ObjectKey(object.getMetadata().getNamespace(), route)))
                .distinct()
                .filter(route -> routes.get(route).isEmpty())
                .toList();
    }

    public List<Pod> podsOf(ObjectKey revision) {
        return pods.by(BY_REVISION, revision.toString());
    }

    /** The Routes whose traffic names this Configuration. */
    public List<Route> routesToConfiguration(ObjectKey configuration) {
        return routes.by(BY_TARGET, "configuration/" + configuration);
    }

    /** The Routes whose traffic names this Revision itself. */
    public List<Route> routesToRevision(ObjectKey revision) {
        return routes.by(BY_TARGET, "revision/" + revision);
    }

    /** Starts all informers and waits until each has everything that existed. */
    public void start() {
        CompletableFuture.allOf(all.stream().map(Cache::start).toArray(CompletableFuture[]::new))
                .join();
    }

    @Override
    public void close() {
        all.reversed().forEach(Cache::close);
    }

    private <T extends HasMetadata> Cache<T> add(
            KubernetesClient client,
            Class<T> kind,
            @Nullable String label,
            Map<String, Function<T, List<String>>> indexes) {
        var everywhere = client.resources(kind).inAnyNamespace();
        var informer = label == null
                ? everywhere.runnableInformer(0)
                : everywhere.withLabel(label).runnableInformer(0);
        return add(informer, indexes);
    }

    private <T extends HasMetadata> Cache<T> add(
            SharedIndexInformer<T> informer, Map<String, Function<T, List<String>>> indexes) {
        var cache = new Cache<>(informer, indexes);
        all.add(cache);
        return cache;
    }

    private static List<String> name(HasMetadata object) {
        return List.of(object.getMetadata().getName());
    }

    private static <T extends HasMetadata> Function<T, List<String>> byLabel(String label) {
        return object -> {
            var value = Meta.label(object, label);
            return value.isEmpty() ? List.of() : List.of(object.getMetadata().getNamespace() + "/" + value);
        };
    }

    private static List<String> leadingRoutes(HasMetadata object) {
        return Meta.listed(object, ServingAnnotations.ROUTES).stream()
                .map(route -> object.getMetadata().getNamespace() + "/" + route)
                .toList();
    }

    private static List<String> targets(Route route) {
        var namespace = route.getMetadata().getNamespace();
        return route.getSpec().traffic().stream()
                .flatMap(target -> Stream.of(
                        target.configurationName() == null
                                ? ""
                                : "configuration/" + namespace + "/" + target.configurationName(),
                        target.revisionName() == null ? "" : "revision/" + namespace + "/" + target.revisionName()))
                .filter(key -> !key.isEmpty())
                .distinct()
                .toList();
    }
}
