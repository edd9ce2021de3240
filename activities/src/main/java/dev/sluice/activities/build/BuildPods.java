package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.SourceSpec;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The pod of a build, with the shape that Knative Build gave it (spec/build.md section 1.6): credentials, sources and steps are init
 * containers, so they run one after the other. Pure: the same Build makes the same pod, under the same name.
 */
final class BuildPods {
    static final String CREDENTIALS = "build-step-credential-initializer";
    static final String NOP = "nop";
    private static final String STEP = "build-step-";
    private static final String HOME = "/builder/home";
    private static final String WORKSPACE = "/workspace";
    private static final String SECRET_VOLUME = "secret-volume-";
    private static final int LONGEST_LABEL = 63;

    private final BuildPodSettings settings;

    BuildPods(BuildPodSettings settings) {
        this.settings = settings;
    }

    /** The name cannot collide with the pod of a deleted namesake, and is the same however often it is asked for. */
    static String name(BuildRef build) {
        return build.name() + "-pod-" + hash(build.uid());
    }

    private static String hash(String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 3);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** @param attempt the number of the pod, from 0: only builds that go on in their workspace have more than one */
    static String name(BuildRef build, int attempt) {
        return attempt == 0 ? name(build) : name(build) + "-" + attempt;
    }

    Pod pod(Build build, BuildSpec spec, List<Secret> secrets) {
        var meta = build.getMetadata();
        var ref = new BuildRef(meta.getNamespace(), meta.getName(), meta.getUid());
        var labels = new TreeMap<>(Objects.requireNonNullElse(meta.getLabels(), Map.of()));
        labels.put(Build.NAME_LABEL, meta.getName());
        var annotations = new TreeMap<>(Objects.requireNonNullElse(meta.getAnnotations(), Map.of()));
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        List.of(FurtherPods.NUMBER, FurtherPods.FINISHED).forEach(annotations::remove); // those are for us to set
        annotations.put("sidecar.istio.io/inject", "false");
        var sources = sources(spec);
        annotations.put(
                Sources.ANNOTATION,
                String.join(",", sources.stream().map(Container::getName).toList()));
        return new PodBuilder()
                .withNewMetadata()
                .withName(name(ref))
                .withNamespace(meta.getNamespace())
                .withLabels(labels)
                .withAnnotations(annotations)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(build.getApiVersion())
                        .withKind(build.getKind())
                        .withName(meta.getName())
                        .withUid(meta.getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withServiceAccountName(spec.serviceAccount())
                .withNodeSelector(spec.nodeSelector())
                .withAffinity(spec.affinity())
                .withInitContainers(initContainers(spec, secrets, sources))
                .withContainers(new ContainerBuilder()
                        .withName(NOP)
                        .withImage(settings.stepImage())
                        .withArgs(NOP)
                        .build())
                .withVolumes(volumes(spec, secrets))
                .endSpec()
                .build();
    }

    /** Those that Sluice fetches itself. */
    private List<Container> sources(BuildSpec spec) {
        var containers = new ArrayList<Container>();
        var sources = spec.allSources();
        for (int i = 0; i < sources.size(); i++) {
            var source = sources.get(i);
            var suffix = source.name() == null || source.name().isEmpty() ? "" : source.name();
            if (source.git() != null) {
                containers.add(git(source, source.git(), suffix.isEmpty() ? String.valueOf(i) : suffix));
            } else if (source.gcs() != null) {
                containers.add(gcs(source, source.gcs(), suffix.isEmpty() ? String.valueOf(i) : suffix));
            }
        }
        return containers;
    }

    private List<Container> initContainers(BuildSpec spec, List<Secret> secrets, List<Container> fetched) {
        var containers = new ArrayList<Container>();
        containers.add(credentials(secrets));
        containers.addAll(fetched);
        var sources = spec.allSources();
        for (var source : sources) {
            if (source.git() == null && source.gcs() == null && source.custom() != null) {
                var suffix = text(source.name()).isEmpty() ? "" : "-" + source.name();
                containers.add(new ContainerBuilder(mounted(source.custom(), null))
                        .withName(STEP + "custom-source" + suffix)
                        .build());
            }
        }
        var subPath = sources.stream()
                .map(SourceSpec::subPath)
                .filter(p -> p != null && !p.isEmpty())
                .findFirst()
                .orElse(null);
        var steps = spec.steps();
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            var name = step.getName() == null || step.getName().isEmpty() ? "unnamed-" + i : step.getName();
            containers.add(new ContainerBuilder(mounted(step, subPath))
                    .withName(STEP + name)
                    .build());
        }
        return containers;
    }

    private Container credentials(List<Secret> secrets) {
        var args = new ArrayList<>(List.of("credentials"));
        secrets.forEach(secret -> args.addAll(CredentialFlags.of(secret)));
        var container = new ContainerBuilder()
                .withName(CREDENTIALS)
                .withImage(settings.stepImage())
                .withArgs(args)
                .withVolumeMounts(secrets.stream()
                        .filter(secret -> !CredentialFlags.of(secret).isEmpty())
                        .map(secret -> mount(
                                secretVolume(secret),
                                "/var/build-secrets/" + secret.getMetadata().getName()))
                        .toList())
                .build();
        return mounted(container, null);
    }

    private Container git(SourceSpec source, SourceSpec.Git git, String suffix) {
        var args = new ArrayList<>(List.of("git", "-url", text(git.url()), "-revision", text(git.revision())));
        if (!text(source.targetPath()).isEmpty()) {
            args.addAll(List.of("-path", text(source.targetPath())));
        }
        if (!text(source.subPath()).isEmpty()) {
            args.addAll(List.of("-sub-path", text(source.subPath())));
        }
        return mounted(
                new ContainerBuilder()
                        .withName(STEP + "git-source-" + suffix)
                        .withImage(settings.stepImage())
                        .withArgs(args)
                        .build(),
                null);
    }

    private Container gcs(SourceSpec source, SourceSpec.Gcs gcs, String suffix) {
        var args = new ArrayList<>(List.of("gcs", "--location", text(gcs.location())));
        if (!text(gcs.type()).isEmpty()) {
            args.addAll(List.of("--type", text(gcs.type())));
        }
        if (!text(source.targetPath()).isEmpty()) {
            args.addAll(List.of("--dest_dir", WORKSPACE + "/" + source.targetPath()));
        }
        if (!text(source.subPath()).isEmpty()) {
            args.addAll(List.of("--sub-path", text(source.subPath())));
        }
        return mounted(
                new ContainerBuilder()
                        .withName(STEP + "gcs-source-" + suffix)
                        .withImage(settings.stepImage())
                        .withArgs(args)
                        .build(),
                null);
    }

    /** The container with HOME, the shared volumes and, for Sluice's own image, what this installation adds. */
    private Container mounted(Container container, @Nullable String subPath) {
        boolean own = Objects.equals(container.getImage(), settings.stepImage())
                || BuildPodSettings.STEP_IMAGE_PLACEHOLDER.equals(container.getImage());
        var env = new ArrayList<EnvVar>();
        env.add(new EnvVar("HOME", HOME, null));
        if (own) {
            settings.stepEnvironment().forEach((name, value) -> env.add(new EnvVar(name, value, null)));
        }
        env.addAll(container.getEnv());
        var mounts = new ArrayList<>(container.getVolumeMounts());
        if (mounts.stream().noneMatch(m -> samePath(m, WORKSPACE))) {
            mounts.add(new VolumeMountBuilder(mount("workspace", WORKSPACE))
                    .withSubPath(subPath)
                    .build());
        }
        if (mounts.stream().noneMatch(m -> samePath(m, HOME))) {
            mounts.add(mount("home", HOME));
        }
        return new ContainerBuilder(container)
                .withImage(own ? settings.stepImage() : container.getImage())
                .withEnv(env)
                .withVolumeMounts(mounts)
                .withWorkingDir(
                        container.getWorkingDir() == null
                                        || container.getWorkingDir().isEmpty()
                                ? WORKSPACE
                                : container.getWorkingDir())
                .build();
    }

    private static boolean samePath(VolumeMount mount, String path) {
        return mount.getMountPath() != null
                && Path.of(mount.getMountPath()).normalize().equals(Path.of(path));
    }

    private static VolumeMount mount(String volume, String path) {
        return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
    }

    static List<Volume> volumes(BuildSpec spec, List<Secret> secrets) {
        var volumes = new ArrayList<>(spec.volumes());
        for (var name : List.of("workspace", "home")) {
            volumes.add(new VolumeBuilder()
                    .withName(name)
                    .withNewEmptyDir()
                    .endEmptyDir()
                    .build());
        }
        for (var secret : secrets) {
            if (!CredentialFlags.of(secret).isEmpty()) {
                volumes.add(new VolumeBuilder()
                        .withName(secretVolume(secret))
                        .withNewSecret()
                        .withSecretName(secret.getMetadata().getName())
                        .endSecret()
                        .build());
            }
        }
        return volumes;
    }

    /** The name of a volume has no dots, and 63 characters at most; that of a secret may have both. */
    private static String secretVolume(Secret secret) {
        var name = secret.getMetadata().getName();
        var volume = SECRET_VOLUME + name;
        return volume.length() <= LONGEST_LABEL && !name.contains(".")
                ? volume
                : SECRET_VOLUME + name.substring(0, Math.min(40, name.length())).replace('.', '-') + "-" + hash(name);
    }

    private static String text(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
