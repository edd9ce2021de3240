package dev.sluice.serving;

import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import dev.sluice.serving.autoscale.Autoscaler;
import dev.sluice.serving.autoscale.ScalingMemory;
import dev.sluice.serving.cluster.Cache;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.FollowedKinds;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.config.LiveSettings;
import dev.sluice.serving.digest.Digests;
import dev.sluice.serving.digest.PendingDigests;
import dev.sluice.serving.digest.Registry;
import dev.sluice.serving.domain.DomainMappingReconciler;
import dev.sluice.serving.gc.RevisionCollector;
import dev.sluice.serving.loop.WorkLoop;
import dev.sluice.serving.pods.PodFeed;
import dev.sluice.serving.revision.AwaitedBuild;
import dev.sluice.serving.revision.RevisionReconciler;
import dev.sluice.serving.rollout.RolloutDispatch;
import dev.sluice.serving.rollout.Rollouts;
import dev.sluice.serving.route.RouteReconciler;
import dev.sluice.serving.route.RouteTablePublisher;
import dev.sluice.serving.service.ConfigurationReconciler;
import dev.sluice.serving.service.RequestedBuilds;
import dev.sluice.serving.service.ServiceReconciler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.temporal.client.WorkflowClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serving as a whole. A gateway is made with {@link #events()}, then serving is started with that gateway: from then on
 * Services are reconciled, revisions scaled and routes published until it is closed.
 */
public final class Serving implements AutoCloseable {
    private final ServingConfig config;
    private final LiveSettings settings;
    private final KubernetesClient client;
    private final WorkflowClient workflows;
    private final Clock clock = Clock.systemUTC();
    private volatile @Nullable Running running;

    /** @param settings started already */
    public Serving(ServingConfig config, LiveSettings settings, KubernetesClient client, WorkflowClient workflows) {
        this.config = config;
        this.settings = settings;
        this.client = client;
        this.workflows = workflows;
    }

    /** What gateways report to; before serving is started, reports are dropped. */
    public GatewayEvents events() {
        return new GatewayEvents() {
            @Override
            public void wake(RevisionId revision) {
                var now = running;
                if (now != null) {
                    now.autoscaler.wake(revision);
                }
            }

            @Override
            public void podOpened(RevisionId revision, String podUid) {
                var now = running;
                if (now != null) {
                    now.pods.opened(podUid);
                    now.autoscaler.podsChanged(revision);
                }
            }

            @Override
            public void stats(Instant secondStart, List<RevisionStat> stats) {
                var now = running;
                if (now != null) {
                    now.autoscaler.stats(secondStart, stats);
                }
            }
        };
    }

    /** Returns when everything that exists has been read and the first table is published. */
    public synchronized void start(GatewayControl gateway) {
        if (running != null) {
            throw new IllegalStateException("serving has been started already");
        }
        var started = new Running(config, settings, client, workflows, gateway, clock);
        running = started; // what a gateway of its own tells as soon as it has the first table must not be lost
        started.start();
    }

    /** Hosts beside those of Routes, such as the event ingress'; they replace what this owner had. */
    public void putHosts(String owner, Map<String, HostRule> rules) {
        var now = running;
        if (now == null) {
            throw new IllegalStateException("serving has not been started");
        }
        now.publisher.putHosts("other/" + owner, rules);
    }

    /** How each revision that is scaled here stands; none before serving is started. */
    public List<RevisionScale> scales() {
        var now = running;
        return now == null
                ? List.of()
                : now.autoscaler.numbers().stream()
                        .flatMap(numbers -> RevisionScale.of(numbers, now.caches).stream())
                        .toList();
    }

    @Override
    public synchronized void close() {
        var now = running;
        running = null;
        if (now != null) {
            now.close();
        }
    }

    /** The parts while serving runs, made in order and closed in reverse. */
    private static final class Running implements AutoCloseable {
        /** For so long the changes of a revision that is Ready are gathered into one look at it. */
        private static final Duration GATHER = Duration.ofMillis(300);

        /** For so long what happens on the way to Ready, or to a failure, is gathered into one status of a Service. */
        private static final Duration STEPS = Duration.ofSeconds(1);

        /** A registry that answers by then costs a revision no status of its own. */
        private static final Duration DIGEST_PATIENCE = Duration.ofMillis(500);

        private final Caches caches;
        private final Events events;
        private final FollowedKinds builds;
        private final Registry registry;
        private final PendingDigests digests;
        private final PodFeed pods;
        private final RouteTablePublisher publisher;
        private final Autoscaler autoscaler;
        private final RolloutDispatch rollouts;
        private final RevisionReconciler revisionReconciler;
        private final RouteReconciler routeReconciler;
        private final ServiceReconciler serviceReconciler;
        private final WorkLoop<ObjectKey> services;
        private final WorkLoop<ObjectKey> configurations;
        private final WorkLoop<ObjectKey> revisions;
        private final WorkLoop<ObjectKey> routes;
        private final DomainMappingReconciler domainReconciler;
        private final WorkLoop<ObjectKey> domains;
        private final WorkLoop<ObjectKey> collections;

        Running(
                ServingConfig config,
                LiveSettings settings,
                KubernetesClient client,
                WorkflowClient workflows,
                GatewayControl gateway,
                Clock clock) {
            caches = new Caches(client);
            var writes = new Writes(client);
            events = new Events(client, clock);
            var troubles = new Troubles(events, writes, clock);
            builds = new FollowedKinds(client, ServingLabels.BUILD_HASH, this::buildChanged);
            registry = new Registry(config.registries(), () -> settings.get().deployment());
            digests = new PendingDigests(new Digests(client, registry)::resolve, DIGEST_PATIENCE, this::resolved);
            pods = new PodFeed(caches::podsOf, gateway);
            publisher = new RouteTablePublisher(gateway, clock.millis());
            autoscaler = new Autoscaler(writes, pods, gateway, this::revisionChanged, memory(config), clock);
            rollouts = new RolloutDispatch(workflows, clock);
            revisionReconciler = new RevisionReconciler(
                    caches,
                    writes,
                    events,
                    digests,
                    new AwaitedBuild(caches, builds),
                    autoscaler,
                    publisher,
                    config,
                    settings,
                    clock);
            routeReconciler = new RouteReconciler(caches, writes, events, publisher, rollouts, config, settings, clock);
            serviceReconciler = new ServiceReconciler(caches, writes, events, clock);
            services = new WorkLoop<>("services", serviceReconciler, troubles.services(caches));
            configurations = new WorkLoop<>(
                    "configurations",
                    new ConfigurationReconciler(caches, writes, events, new RequestedBuilds(client), clock),
                    troubles.configurations(caches));
            revisions = new WorkLoop<>("revisions", revisionReconciler, troubles.revisions(caches));
            routes = new WorkLoop<>("routes", routeReconciler, troubles.routes(caches));
            domainReconciler = new DomainMappingReconciler(caches, writes, publisher, client, config, settings, clock);
            domains = new WorkLoop<>("domains", domainReconciler, troubles.domainMappings(caches));
            collections = new WorkLoop<>("collections", new RevisionCollector(caches, writes, settings, clock));
            publisher.tracing(settings.get().tracing());
            settings.onChange(() -> publisher.tracing(settings.get().tracing()));
            settings.onChange(this::settingsChanged);
        }

        void start() {
            connect();
            events.start();
            caches.start();
            caches.revisions().all().forEach(revisionReconciler::announce);
            routeReconciler.restore(caches.routes().all(), revisionReconciler.lost());
            caches.domainMappings().all().forEach(domainReconciler::restore);
            caches.pods().all().forEach(pods::changed); // their events may come later than their being known
            publisher.open();
            autoscaler.start();
            rollouts.start(uid -> caches.routes().all().stream()
                    .anyMatch(route -> Rollouts.uid(route).equals(uid)));
            revisions.start();
            routes.start();
            caches.missedRoutes().forEach(routes::enqueue);
            domainReconciler.claimed().forEach(domains::enqueue);
            domains.start();
            configurations.start();
            services.start();
            collections.start();
        }

        /** Which object's change makes which others be looked at. */
        private void connect() {
            caches.services()
                    .onChange(
                            service -> services.enqueue(ObjectKey.of(service)),
                            // mostly what we wrote ourselves
                            service -> services.enqueueWithin(STEPS, ObjectKey.of(service)));
            caches.configurations().onChange(configuration -> {
                var key = ObjectKey.of(configuration);
                configurations.enqueue(key);
                collections.enqueue(key);
                serviceOf(configuration, caches.configurations());
                caches.routesToConfiguration(key).forEach(route -> routes.enqueue(ObjectKey.of(route)));
            });
            caches.revisions()
                    .onChange(
                            revision -> {
                                revisions.enqueue(ObjectKey.of(revision));
                                ownersOf(revision);
                            },
                            revision -> {
                                revisions.enqueueWithin(GATHER, ObjectKey.of(revision));
                                ownersOf(revision);
                            });
            caches.routes().onChange(route -> {
                routes.enqueue(ObjectKey.of(route));
                mappingsIn(route.getMetadata().getNamespace());
                serviceOf(route, caches.routes());
            });
            caches.autoscalers().onChange(pa -> revisions.enqueue(ObjectKey.of(pa)));
            caches.horizontal().onChange(hpa -> revisions.enqueue(ObjectKey.of(hpa)));
            caches.deployments().onChange(deployment -> {
                var id = new RevisionId(
                        deployment.getMetadata().getNamespace(), Meta.label(deployment, ServingLabels.REVISION));
                var replicas = deployment.getSpec().getReplicas();
                autoscaler.replicas(id, replicas == null ? 1 : replicas);
                revisionChanged(id);
            });
            caches.pods().onChange(pod -> {
                autoscaler.podsChanged(pods.changed(pod));
                revisionChanged(
                        new RevisionId(pod.getMetadata().getNamespace(), Meta.label(pod, ServingLabels.REVISION)));
            });
            caches.placeholders().onChange(service -> owner(service, ServingLabels.ROUTE, routes));
            caches.endpoints().onChange(slice -> owner(slice, ServingLabels.ROUTE, routes));
            caches.domainMappings()
                    .onChange(mapping -> caches.mappingsOf(mapping.getMetadata().getName())
                            .forEach(other -> domains.enqueue(ObjectKey.of(other))));
            caches.domainMappings().onChange(mapping -> domains.enqueue(ObjectKey.of(mapping)));
            caches.claims()
                    .onChange(claim -> caches.mappingsOf(claim.getMetadata().getName())
                            .forEach(mapping -> domains.enqueue(ObjectKey.of(mapping))));
            caches.tlsSecrets()
                    .onChange(secret -> mappingsIn(secret.getMetadata().getNamespace()));
            caches.builds().onChange(this::buildChanged);
        }

        /** Tells a Service of its child. */
        private <T extends HasMetadata> void serviceOf(T child, Cache<T> cache) {
            var service = new ObjectKey(child.getMetadata().getNamespace(), Meta.label(child, ServingLabels.SERVICE));
            if (service.name().isEmpty()) {
                return;
            }
            if (cache.get(ObjectKey.of(child)).isEmpty() || serviceReconciler.decided(service)) {
                services.enqueue(service);
            } else {
                services.enqueueWithin(STEPS, service);
            }
        }

        private void ownersOf(Revision revision) {
            owner(revision, ServingLabels.CONFIGURATION, configurations);
            owner(revision, ServingLabels.CONFIGURATION, collections);
            caches.routesToRevision(ObjectKey.of(revision)).forEach(route -> routes.enqueue(ObjectKey.of(route)));
        }

        private void buildChanged(HasMetadata build) {
            var reference = RequestedBuilds.reference(build);
            caches.revisions()
                    .by("namespace", build.getMetadata().getNamespace())
                    .forEach(revision -> {
                        if (reference.equals(Meta.annotations(revision).get(RequestedBuilds.REFERENCE))) {
                            revisions.enqueue(ObjectKey.of(revision));
                        }
                    });
        }

        private static @Nullable ScalingMemory memory(ServingConfig config) {
            var file = config.scalingMemory();
            return file == null ? null : ScalingMemory.in(file);
        }

        private void mappingsIn(String namespace) {
            caches.domainMappings()
                    .by("namespace", namespace)
                    .forEach(mapping -> domains.enqueue(ObjectKey.of(mapping)));
        }

        private void settingsChanged() {
            caches.configurations().all().forEach(configuration -> collections.enqueue(ObjectKey.of(configuration)));
            caches.domainMappings().all().forEach(mapping -> domains.enqueue(ObjectKey.of(mapping)));
            caches.revisions().all().forEach(revision -> revisions.enqueue(ObjectKey.of(revision)));
            caches.routes().all().forEach(route -> routes.enqueue(ObjectKey.of(route)));
        }

        /** One that is Ready is looked at a little later: what its pods need does not wait for that, only the processors are short. */
        private void revisionChanged(RevisionId id) {
            if (id.name().isEmpty()) {
                return;
            }
            var key = new ObjectKey(id.namespace(), id.name());
            if (caches.revisions().get(key).filter(RevisionReconciler::ready).isPresent()) {
                revisions.enqueueWithin(GATHER, key);
            } else {
                revisions.enqueue(key);
            }
        }

        private void resolved(ObjectKey revision) {
            revisions.enqueue(revision);
        }

        private static void owner(HasMetadata object, String label, WorkLoop<ObjectKey> loop) {
            var name = Meta.label(object, label);
            if (!name.isEmpty()) {
                loop.enqueue(new ObjectKey(object.getMetadata().getNamespace(), name));
            }
        }

        @Override
        public void close() {
            collections.close();
            services.close();
            configurations.close();
            domains.close();
            routes.close();
            revisions.close();
            rollouts.close();
            autoscaler.close();
            digests.close();
            registry.close();
            events.close();
            builds.close();
            caches.close();
        }
    }
}
