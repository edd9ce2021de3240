package dev.sluice.serving.revision;

import dev.sluice.api.autoscaling.AutoscalingKeys;
import dev.sluice.api.serving.BuildAnnotation;
import dev.sluice.api.serving.ChildNames;
import dev.sluice.api.serving.ContainerDigest;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.time.GoDuration;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.pods.PodFeed;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The Deployment of a revision (spec/serving.md section 3.6, without a sidecar). Pure but for the JSON that its hash is made of. */
final class Deployments {
    private static final long DEFAULT_TIMEOUT = 300;
    private static final String USER_CONTAINER = "user-container";
    /** Of which {@code kubectl logs} shows the log unless it is told another. */
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    private static final Set<String> NOT_OF_PODS = Set.of(
            ServingAnnotations.LAST_APPLIED,
            ServingAnnotations.ROUTES,
            ServingAnnotations.ROUTING_STATE_MODIFIED,
            ServingAnnotations.NO_GC,
            BuildAnnotation.TEMPLATE_HASH);
    private final ServingConfig config;
    private final Supplier<ServingSettings> settings;
    private final Function<Object, String> json;

    Deployments(ServingConfig config, Supplier<ServingSettings> settings, Function<Object, String> json) {
        this.config = config;
        this.settings = settings;
        this.json = json;
    }

    static ObjectKey key(Revision revision) {
        return new ObjectKey(
                revision.getMetadata().getNamespace(),
                ChildNames.deployment(revision.getMetadata().getName()));
    }

    /** @param digests of the containers and init containers, by position */
    Deployment of(Revision revision, List<ContainerDigest> digests, List<ContainerDigest> initDigests, int replicas) {
        var labels = labels(revision);
        var annotations = annotations(revision);
        var pod = pod(revision, digests, initDigests);
        var ofPods = new TreeMap<>(annotations);
        ofPods.putIfAbsent(
                DEFAULT_CONTAINER,
                name(UserContainer.of(UserContainer.pod(revision.getSpec())).container()));
        var selector = Map.of(ServingLabels.REVISION_UID, labels.getOrDefault(ServingLabels.REVISION_UID, ""));
        var deployment = new DeploymentBuilder()
                .withMetadata(Meta.child(key(revision).name(), revision, labels, annotations)
                        .build())
                .withNewSpec()
                .withReplicas(replicas)
                .withProgressDeadlineSeconds(progressDeadline(revision))
                .withRevisionHistoryLimit(0)
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxUnavailable(new IntOrString(0))
                .endRollingUpdate()
                .endStrategy()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(ofPods)
                .endMetadata()
                .withSpec(pod)
                .endTemplate()
                .endSpec()
                .build();
        var hashed = new TreeMap<>(labels);
        hashed.put(
                ServingLabels.DEPLOYMENT_HASH,
                hash(json.apply(deployment.getSpec().getTemplate())));
        deployment.getMetadata().setLabels(hashed);
        return deployment;
    }

    int progressDeadline(Revision revision) {
        var annotations = Meta.annotations(revision);
        var own = annotations.getOrDefault(
                ServingAnnotations.PROGRESS_DEADLINE, annotations.get(ServingAnnotations.PROGRESS_DEADLINE_LEGACY));
        return (int) Optional.ofNullable(own)
                .flatMap(GoDuration::parse) // what is none is from before admission refused it
                .orElseGet(() -> settings.get().deployment().progressDeadline())
                .toSeconds();
    }

    /** Without those that only say how to scale, route, keep or build the revision: they may change, and the pods shall not for that. */
    private static Map<String, String> annotations(Revision revision) {
        var annotations = new TreeMap<>(Meta.annotations(revision));
        annotations.keySet().removeAll(NOT_OF_PODS);
        annotations.keySet().removeIf(key -> key.startsWith(AutoscalingKeys.PREFIX));
        return annotations;
    }

    private static Map<String, String> labels(Revision revision) {
        var labels = new TreeMap<>(Meta.labels(revision));
        labels.remove(ServingLabels.ROUTING_STATE); // changes, and the pods shall not for that
        labels.put(ServingLabels.REVISION, revision.getMetadata().getName());
        labels.put(ServingLabels.REVISION_UID, revision.getMetadata().getUid());
        labels.putIfAbsent(ServingLabels.APP, revision.getMetadata().getName());
        return labels;
    }

    private PodSpec pod(Revision revision, List<ContainerDigest> digests, List<ContainerDigest> initDigests) {
        var spec = UserContainer.pod(revision.getSpec());
        var user = UserContainer.of(spec);
        Long timeout = revision.getSpec().timeoutSeconds();
        var pod = new PodSpecBuilder(spec)
                .withTerminationGracePeriodSeconds(timeout == null || timeout == 0 ? DEFAULT_TIMEOUT : timeout);
        var containers = spec.getContainers() == null ? List.<Container>of() : spec.getContainers();
        pod.withContainers(indexed(containers, digests).stream()
                .map(c -> user.is(c.container())
                        ? user(c.container(), c.image(), user, revision)
                        : beside(c.container(), c.image(), revision).build())
                .toList());
        var init = spec.getInitContainers() == null ? List.<Container>of() : spec.getInitContainers();
        pod.withInitContainers(indexed(init, initDigests).stream()
                .map(c -> plain(c.container(), c.image()))
                .toList());
        if (spec.getAffinity() == null && settings.get().deployment().spreadOverNodes()) {
            pod.withAffinity(new AffinityBuilder()
                    .withNewPodAntiAffinity()
                    .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                    .withWeight(100)
                    .withNewPodAffinityTerm()
                    .withTopologyKey("kubernetes.io/hostname")
                    .withNewLabelSelector()
                    .addToMatchLabels(
                            ServingLabels.REVISION, revision.getMetadata().getName())
                    .endLabelSelector()
                    .endPodAffinityTerm()
                    .endPreferredDuringSchedulingIgnoredDuringExecution()
                    .endPodAntiAffinity()
                    .build());
        }
        if (spec.getRuntimeClassName() == null) {
            settings.get()
                    .deployment()
                    .runtimeClasses()
                    .of(Meta.labels(revision))
                    .ifPresent(pod::withRuntimeClassName);
        }
        return pod.build();
    }

    private record Imaged(Container container, @Nullable String image) {}

    private static List<Imaged> indexed(List<Container> containers, List<ContainerDigest> digests) {
        return java.util.stream.IntStream.range(0, containers.size())
                .mapToObj(i -> new Imaged(
                        containers.get(i),
                        i < digests.size() && digests.get(i).imageDigest() != null
                                ? digests.get(i).imageDigest()
                                : containers.get(i).getImage()))
                .toList();
    }

    private static Container plain(Container container, @Nullable String image) {
        var built = new ContainerBuilder(container).withImage(image);
        var policy = container.getTerminationMessagePolicy();
        if (policy == null || policy.isEmpty()) {
            built.withTerminationMessagePolicy("FallbackToLogsOnError");
        }
        return built.build();
    }

    /** What every container has that runs as long as the pod does. */
    private ContainerBuilder beside(Container container, @Nullable String image, Revision revision) {
        var meta = revision.getMetadata();
        var built = new ContainerBuilder(plain(container, image))
                .withName(name(container))
                .withStdin(false)
                .withTty(false)
                .addToEnv(
                        variable("K_REVISION", meta.getName()),
                        variable("K_CONFIGURATION", Meta.label(revision, ServingLabels.CONFIGURATION)),
                        variable("K_SERVICE", Meta.label(revision, ServingLabels.SERVICE)));
        if (config.drainHook() != null
                && (container.getLifecycle() == null || container.getLifecycle().getPreStop() == null)) {
            var host = config.drainHook();
            int colon = host.lastIndexOf(':');
            built.withLifecycle((container.getLifecycle() == null
                            ? new LifecycleBuilder()
                            : new LifecycleBuilder(container.getLifecycle()))
                    .withNewPreStop()
                    .withNewHttpGet()
                    .withHost(host.substring(0, colon))
                    .withPort(new IntOrString(Integer.parseInt(host.substring(colon + 1))))
                    .withPath("/drain/" + meta.getNamespace() + "/" + meta.getName() + "/" + name(container))
                    .endHttpGet()
                    .endPreStop()
                    .build());
        }
        return built;
    }

    private Container user(Container container, @Nullable String image, UserContainer user, Revision revision) {
        return beside(container, image, revision)
                .withPorts(new ContainerPortBuilder()
                        .withName(PodFeed.PORT_NAME)
                        .withContainerPort(user.port())
                        .withProtocol("TCP")
                        .build())
                .addToEnv(variable("PORT", Integer.toString(user.port())))
                .withReadinessProbe(readiness(container.getReadinessProbe(), user))
                .withLivenessProbe(onPort(container.getLivenessProbe(), user))
                .withStartupProbe(onPort(container.getStartupProbe(), user))
                .build();
    }

    private static String name(Container container) {
        return container.getName() == null || container.getName().isEmpty() ? USER_CONTAINER : container.getName();
    }

    /** A pod is Ready as soon as it is ready: a period of 0, Knative's eager probe, and none at all become a second. */
    private static Probe readiness(@Nullable Probe asked, UserContainer user) {
        var probe = asked == null ? null : onPort(asked, user);
        var built = probe == null ? new ProbeBuilder() : new ProbeBuilder(probe);
        if (probe == null
                || (probe.getHttpGet() == null
                        && probe.getTcpSocket() == null
                        && probe.getExec() == null
                        && probe.getGrpc() == null)) {
            built.withNewTcpSocket().withPort(new IntOrString(user.port())).endTcpSocket();
        }
        if (probe == null || probe.getPeriodSeconds() == null || probe.getPeriodSeconds() == 0) {
            built.withPeriodSeconds(1);
        }
        return built.build();
    }

    private static @Nullable Probe onPort(@Nullable Probe probe, UserContainer user) {
        if (probe == null) {
            return null;
        }
        var built = new ProbeBuilder(probe);
        if (probe.getHttpGet() != null && unset(probe.getHttpGet().getPort())) {
            built.editHttpGet().withPort(new IntOrString(user.port())).endHttpGet();
        }
        if (probe.getTcpSocket() != null && unset(probe.getTcpSocket().getPort())) {
            built.editTcpSocket().withPort(new IntOrString(user.port())).endTcpSocket();
        }
        if (probe.getGrpc() != null
                && (probe.getGrpc().getPort() == null || probe.getGrpc().getPort() == 0)) {
            built.editGrpc().withPort(user.port()).endGrpc();
        }
        return built.build();
    }

    /** Also a name: that which the port has in the Revision is not the one it has in the pod. */
    private static boolean unset(@Nullable IntOrString port) {
        return port == null || port.getIntVal() == null || port.getIntVal() == 0;
    }

    private static EnvVar variable(String name, String value) {
        return new EnvVar(name, value, null);
    }

    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
