package dev.sluice.serving.revision;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.RevisionStatus;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.autoscale.Autoscaler;
import dev.sluice.serving.autoscale.PodAutoscalers;
import dev.sluice.serving.autoscale.ScaleView;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Refusal;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.digest.Digests;
import dev.sluice.serving.digest.PendingDigests;
import dev.sluice.serving.loop.Outcome;
import dev.sluice.serving.loop.WorkLoop;
import dev.sluice.serving.route.RouteTablePublisher;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings a Revision up, once and for all its life, and says how it is (spec/serving.md section 1.5). */
public final class RevisionReconciler implements WorkLoop.Work<ObjectKey> {
    private static final Duration BEYOND_DEADLINE = Duration.ofSeconds(30);
    /** When a revision is Ready its Route writes on it soon, which changes its PodAutoscaler too: that is written once, after it. */
    private static final Duration ROUTED_BY = Duration.ofMillis(300);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final Duration LAST_RETRY = Duration.ofMinutes(2);

    private final Caches caches;
    private final Writes writes;
    private final Events events;
    private final PendingDigests digests;
    private final AwaitedBuild builds;
    private final Autoscaler autoscaler;
    private final PodAutoscalers podAutoscalers;
    private final RouteTablePublisher publisher;
    private final ServingConfig config;
    private final Supplier<ServingSettings> settings;
    private final Deployments deployments;
    private final Clock clock;
    /** How often the digests of a revision could not be resolved yet. */
    private final Map<ObjectKey, Integer> failures = new ConcurrentHashMap<>();

    public RevisionReconciler(
            Caches caches,
            Writes writes,
            Events events,
            PendingDigests digests,
            AwaitedBuild builds,
            Autoscaler autoscaler,
            RouteTablePublisher publisher,
            ServingConfig config,
            Supplier<ServingSettings> settings,
            Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.events = events;
        this.digests = digests;
        this.builds = builds;
        this.autoscaler = autoscaler;
        this.podAutoscalers = new PodAutoscalers(
                caches, writes, () -> settings.get().autoscaler().podAutoscalerClass(), clock);
        this.publisher = publisher;
        this.config = config;
        this.settings = settings;
        this.deployments = new Deployments(config, settings, writes::json);
        this.clock = clock;
    }

    /** Lets gateways know of the revision before anything leads to it. */
    public void announce(Revision revision) {
        publisher.revision(
                new RevisionId(
                        revision.getMetadata().getNamespace(),
                        revision.getMetadata().getName()),
                GatewaySettings.of(revision, config.queueDepth()));
    }

    /** What gateways are told of a revision that is gone while a Route still leads to it. */
    public RevisionSettings lost() {
        return GatewaySettings.ofNone(config.queueDepth());
    }

    @Override
    public Outcome reconcile(ObjectKey key) throws InterruptedException {
        var id = new RevisionId(key.namespace(), key.name());
        var found = caches.revisions().get(key);
        if (found.isEmpty() || Meta.deleting(found.get())) {
            autoscaler.forget(id);
            publisher.forgetRevision(id);
            failures.remove(key);
            digests.forget(key);
            return Outcome.done();
        }
        var revision = found.get();
        announce(revision);
        var build = builds.of(revision);
        var conditions = new ConditionSet(
                "Ready",
                build.isEmpty()
                        ? List.of(RevisionState.RESOURCES, RevisionState.CONTAINER)
                        : List.of(RevisionState.RESOURCES, RevisionState.CONTAINER, RevisionState.BUILD),
                revision.getStatus().conditions(),
                clock.instant());
        if (build.isPresent() && !RevisionState.built(build.get(), conditions)) {
            write(revision, conditions, null, revision.getStatus());
            return build.get() instanceof AwaitedBuild.State.Unfollowed
                    ? Outcome.again(LAST_RETRY)
                    : Outcome.done(); // the build's informer brings us back
        }

        var status = revision.getStatus();
        var retry = Retry.of(revision);
        if (retry.isPresent()) {
            failures.remove(key);
            autoscaler.forget(id);
            RevisionState.again(conditions);
            status = retry.get().noted(status);
        }
        if (status.containerStatuses().isEmpty()) {
            var answer = digests.resolve(key, built(revision, build));
            if (answer.isEmpty()) {
                RevisionState.resolving(conditions);
                write(revision, conditions, null, status);
                return Outcome.done(); // the answer brings us back
            }
            switch (answer.get()) {
                case Digests.Result.Resolved resolved -> {
                    failures.remove(key);
                    status = RevisionState.withDigests(status, resolved.containers(), resolved.initContainers());
                    if (conditions
                            .get(RevisionState.CONTAINER)
                            .filter(c -> "ContainerMissing".equals(c.reason()))
                            .isPresent()) {
                        conditions.markUnknown(RevisionState.CONTAINER, "Deploying", null);
                    }
                }
                case Digests.Result.Failed(String message) -> {
                    return missing(key, revision, message, conditions, status);
                }
            }
        }
        var deployment = deployment(revision, status, conditions, retry.isPresent());
        ScaleView view = null;
        if (deployment != null) {
            view = scaled(id, revision, deployment);
            var trouble = view.ready() == 0 && replicas(deployment) > 0
                    ? caches.podsOf(key).stream()
                            .filter(pod -> !Meta.deleting(pod) && Retry.same(pod, revision))
                            .flatMap(pod -> PodTrouble.of(pod).stream())
                            .findFirst()
                    : Optional.<PodTrouble>empty();
            RevisionState.mark(conditions, view, deployment, trouble.filter(t -> !excused(t)));
        }
        boolean becameReady = conditions.status("Ready").equals("True") && !ready(revision);
        if (deployment != null && view != null && !becameReady) {
            podAutoscalers.show(
                    revision,
                    scaling(revision),
                    deployment.getMetadata().getName(),
                    UserContainer.of(UserContainer.pod(revision.getSpec())).h2c(),
                    view);
        }
        write(revision, conditions, view, status);
        return becameReady ? Outcome.again(ROUTED_BY) : Outcome.done();
    }

    private ScaleView scaled(RevisionId id, Revision revision, Deployment deployment) {
        var key = ObjectKey.of(revision);
        if (podAutoscalers.scaledByOthers(revision)) {
            autoscaler.forget(id);
            return podAutoscalers.othersView(revision, scaling(revision), replicas(deployment), autoscaler.ready(id));
        }
        return autoscaler.track(
                id,
                scaling(revision),
                Duration.ofSeconds(deployments.progressDeadline(revision)).plus(BEYOND_DEADLINE),
                replicas(deployment),
                podAutoscalers.initialized(key) || ready(revision));
    }

    /** The pod with the image that the build has pushed, where that is the one the revision names. */
    private static PodSpec built(Revision revision, Optional<AwaitedBuild.State> build) {
        var pod = UserContainer.pod(revision.getSpec());
        var image = build.flatMap(
                state -> state instanceof AwaitedBuild.State.Succeeded(var pushed) ? pushed : Optional.empty());
        if (image.isEmpty()) {
            return pod;
        }
        var repository = image.get().substring(0, image.get().indexOf('@'));
        var containers = pod.getContainers().stream()
                .map(c -> c.getImage() != null
                                && (c.getImage().equals(repository)
                                        || c.getImage().startsWith(repository + ":"))
                        ? new ContainerBuilder(c).withImage(image.get()).build()
                        : c)
                .toList();
        return new PodSpecBuilder(pod).withContainers(containers).build();
    }

    /** The reference of a missing image may become good: the registry is asked again, with growing pauses. */
    private Outcome missing(
            ObjectKey key, Revision revision, String message, ConditionSet conditions, RevisionStatus status) {
        conditions.markFalse(RevisionState.CONTAINER, "ContainerMissing", message);
        write(revision, conditions, null, status);
        int failed = failures.merge(key, 1, Integer::sum);
        long pause = FIRST_RETRY.toMillis() << Math.min(failed - 1, 10);
        return Outcome.again(Duration.ofMillis(Math.min(pause, LAST_RETRY.toMillis())));
    }

    /** @param anew whether it starts with the replicas that a new one has */
    private @Nullable Deployment deployment(
            Revision revision, RevisionStatus status, ConditionSet conditions, boolean anew) {
        var key = Deployments.key(revision);
        var existing = caches.deployments().get(key).orElse(null);
        int initial = existing == null || anew
                ? scaling(revision).bounded(initialScale(revision), false)
                : replicas(existing);
        var wanted = deployments.of(revision, status.containerStatuses(), status.initContainerStatuses(), initial);
        if (existing == null) {
            var created = create(wanted, revision, status, conditions);
            if (created.isEmpty()) {
                conditions.markFalse(
                        RevisionState.RESOURCES,
                        RevisionState.NOT_OWNED,
                        "There is an existing Deployment \"" + key.name() + "\" that we do not own.");
                return writes.get(Deployment.class, key)
                        .filter(d -> Meta.controlledBy(d, revision))
                        .orElse(null);
            }
            RevisionState.deployed(conditions);
            return created.get();
        }
        if (!Meta.controlledBy(existing, revision)) {
            conditions.markFalse(
                    RevisionState.RESOURCES,
                    RevisionState.NOT_OWNED,
                    "There is an existing Deployment \"" + key.name() + "\" that we do not own.");
            return null;
        }
        RevisionState.deployed(conditions);
        if (!Meta.label(existing, ServingLabels.DEPLOYMENT_HASH)
                .equals(Meta.label(wanted, ServingLabels.DEPLOYMENT_HASH))) {
            return writes.update(existing, wanted);
        }
        return existing;
    }

    /** Says on the revision why the API server will not have its Deployment: a quota, perhaps. */
    private Optional<Deployment> create(
            Deployment wanted, Revision revision, RevisionStatus status, ConditionSet conditions) {
        try {
            return writes.create(wanted);
        } catch (KubernetesClientException e) {
            Refusal.of(e).ifPresent(why -> {
                var before = revision.getStatus();
                Refusal.say(
                        conditions,
                        RevisionState.RESOURCES,
                        RevisionState.CREATION_FAILED,
                        "Failed to create Deployment \"" + wanted.getMetadata().getName() + "\": " + why,
                        Meta.observed(revision, before.observedGeneration()) ? before.conditions() : List.of(),
                        clock.instant());
                write(revision, conditions, null, status);
            });
            throw e;
        }
    }

    private ScalingSpec scaling(Revision revision) {
        var concurrency = revision.getSpec().containerConcurrency();
        boolean reachable = !Meta.label(revision, ServingLabels.ROUTING_STATE).equals(ServingLabels.STATE_RESERVE);
        return ScalingSpec.of(
                Meta.annotations(revision),
                concurrency == null ? 0 : concurrency,
                reachable,
                settings.get().scaling());
    }

    /** Where nodes are added on demand, a pod that waits for one is on its way. */
    private boolean excused(PodTrouble trouble) {
        return trouble.scheduling() && settings.get().deployment().podIsAlwaysSchedulable();
    }

    private int initialScale(Revision revision) {
        return scaling(revision).initialScale();
    }

    private static int replicas(Deployment deployment) {
        var replicas = deployment.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    /** Whether its status says so. */
    public static boolean ready(Revision revision) {
        return revision.getStatus().conditions().stream()
                .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True"));
    }

    private void write(Revision revision, ConditionSet conditions, @Nullable ScaleView view, RevisionStatus status) {
        boolean wrote = writes.status(
                revision,
                new RevisionStatus(
                        Meta.generation(revision),
                        conditions.list(),
                        status.annotations(),
                        settings.get().logUrl(revision.getMetadata().getUid()).orElse(null),
                        new ArrayList<>(status.containerStatuses()),
                        new ArrayList<>(status.initContainerStatuses()),
                        view == null ? status.actualReplicas() : Integer.valueOf(view.ready()),
                        view == null ? status.desiredReplicas() : Integer.valueOf(view.desired())),
                Revision::new);
        if (wrote && conditions.status("Ready").equals("True") && !ready(revision)) {
            events.normal(revision, "RevisionReady", "Revision becomes ready");
        }
    }
}
