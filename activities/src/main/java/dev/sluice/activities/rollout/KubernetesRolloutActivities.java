package dev.sluice.activities.rollout;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.model.time.GoDuration;
import dev.sluice.workflows.rollout.RolloutActivities;
import dev.sluice.workflows.rollout.RolloutPhase;
import dev.sluice.workflows.rollout.RolloutRef;
import dev.sluice.workflows.rollout.RolloutState;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.temporal.failure.ApplicationFailure;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads Routes for rollouts and writes how far they are into the Routes' status. */
public final class KubernetesRolloutActivities implements RolloutActivities {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private final KubernetesClient client;
    private final Supplier<Duration> defaultDuration;

    /** @param defaultDuration for Routes that say nothing; as the Route controller has it */
    public KubernetesRolloutActivities(KubernetesClient client, Supplier<Duration> defaultDuration) {
        this.client = client;
        this.defaultDuration = defaultDuration;
    }

    @Override
    public Facts load(RolloutRef ref) {
        var found = route(ref);
        if (found.isEmpty()) {
            return new Facts(true, RolloutState.NONE, "", List.of(), 0);
        }
        var route = found.get();
        var configuration = route.getSpec().traffic().stream()
                .filter(TrafficTarget::latest)
                .map(target -> Objects.requireNonNullElse(target.configurationName(), ref.route()))
                .findFirst()
                .flatMap(name -> Optional.ofNullable(client.resources(Configuration.class)
                        .inNamespace(ref.namespace())
                        .withName(name)
                        .get()));
        var latest =
                configuration.map(c -> c.getStatus().latestReadyRevisionName()).orElse(null);
        var ready = configuration
                .map(c -> ready(ref.namespace(), c.getMetadata().getName()))
                .orElse(List.of());
        return new Facts(
                false,
                state(route.getStatus().rollout()),
                latest == null ? "" : latest,
                ready,
                duration(route).toMillis());
    }

    @Override
    public void write(RolloutRef ref, RolloutState state) {
        if (route(ref).isEmpty()) {
            throw gone(ref, null);
        }
        var rollout = new RouteRollout(
                state.phase().label(),
                state.stable().isEmpty() ? null : state.stable(),
                state.candidate(),
                state.percent(),
                state.message());
        var patch = client.getKubernetesSerialization().asJson(Map.of("status", Map.of("rollout", rollout)));
        try {
            client.resources(Route.class)
                    .inNamespace(ref.namespace())
                    .withName(ref.route())
                    .subresource("status")
                    .patch(MERGE, patch);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                throw gone(ref, e);
            }
            throw e; // transient: Temporal retries it
        }
    }

    private Optional<Route> route(RolloutRef ref) {
        return Optional.ofNullable(client.resources(Route.class)
                        .inNamespace(ref.namespace())
                        .withName(ref.route())
                        .get())
                .filter(route -> ref.uid().equals(label(route, ServingLabels.SERVICE_UID))
                        || ref.uid().equals(route.getMetadata().getUid()));
    }

    private List<String> ready(String namespace, String configuration) {
        return client
                .resources(Revision.class)
                .inNamespace(namespace)
                .withLabel(ServingLabels.CONFIGURATION, configuration)
                .list()
                .getItems()
                .stream()
                .filter(revision -> revision.getMetadata().getDeletionTimestamp() == null)
                .filter(revision -> revision.getStatus().conditions().stream()
                        .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True")))
                .sorted(Comparator.comparingLong(KubernetesRolloutActivities::generation)
                        .reversed())
                .map(revision -> revision.getMetadata().getName())
                .toList();
    }

    private static RolloutState state(@Nullable RouteRollout rollout) {
        if (rollout == null) {
            return RolloutState.NONE;
        }
        var phase = Arrays.stream(RolloutPhase.values())
                .filter(p -> p.label().equals(rollout.phase()))
                .findFirst()
                .orElse(RolloutPhase.COMPLETED);
        return new RolloutState(
                phase,
                text(rollout.stableRevision()),
                text(rollout.candidateRevision()),
                rollout.candidatePercent(),
                text(rollout.message()));
    }

    private Duration duration(Route route) {
        var annotations = route.getMetadata().getAnnotations();
        var own = annotations == null
                ? null
                : annotations.getOrDefault(
                        ServingAnnotations.ROLLOUT_DURATION,
                        annotations.get(ServingAnnotations.ROLLOUT_DURATION_LEGACY));
        return Optional.ofNullable(own)
                .flatMap(GoDuration::parse) // what is none is from before admission refused it
                .orElseGet(defaultDuration);
    }

    private static long generation(Revision revision) {
        var text = label(revision, ServingLabels.CONFIGURATION_GENERATION);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static String label(HasMetadata object, String key) {
        var labels = object.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(key, "");
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static ApplicationFailure gone(RolloutRef ref, @Nullable Throwable cause) {
        return ApplicationFailure.newNonRetryableFailureWithCause(
                "no route " + ref.namespace() + "/" + ref.route(), ROUTE_GONE, cause);
    }
}
