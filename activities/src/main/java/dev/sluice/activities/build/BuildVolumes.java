package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.CacheVolume;
import dev.sluice.api.build.Resume;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Volumes that outlive a build's pod: its workspace with its home, which belong to the Build, and caches, which belong to nobody. */
final class BuildVolumes {
    private static final String WORKSPACE = "workspace";
    private static final String HOME = "home";

    private final KubernetesClient client;

    BuildVolumes(KubernetesClient client) {
        this.client = client;
    }

    /** Makes the claims that are missing; the one of the workspace, where the build is to have one. */
    Optional<String> ensure(Build build, BuildSpec spec) {
        var namespace = build.getMetadata().getNamespace();
        for (var cache : spec.cache()) {
            ensure(claim(namespace, cache.claim(), cache.volumeSize(), cache.storageClassName())
                    .build());
        }
        if (!spec.resumable()) {
            return Optional.empty();
        }
        var resume = spec.resume() == null ? Resume.DEFAULT : spec.resume();
        var name = resume.from() == null || resume.from().isEmpty()
                ? name(build)
                : inherited(build, resume.from()).orElseGet(() -> name(build));
        var owner = owner(build);
        ensure(claim(namespace, name, resume.volumeSize(), resume.storageClassName())
                .editMetadata()
                .withOwnerReferences(owner)
                .endMetadata()
                .build());
        adopt(namespace, name, owner);
        return Optional.of(name);
    }

    /** A workspace goes with the last Build that names it. */
    private void adopt(String namespace, String name, OwnerReference owner) {
        var place = client.persistentVolumeClaims().inNamespace(namespace).withName(name);
        var claim = place.get();
        if (claim == null
                || claim.getMetadata().getOwnerReferences().stream()
                        .anyMatch(o -> o.getUid().equals(owner.getUid()))) {
            return;
        }
        place.edit(found -> new PersistentVolumeClaimBuilder(found)
                .editMetadata()
                .addToOwnerReferences(owner)
                .endMetadata()
                .build());
    }

    private Optional<String> inherited(Build build, String from) {
        return Optional.ofNullable(client.resources(Build.class)
                        .inNamespace(build.getMetadata().getNamespace())
                        .withName(from)
                        .get())
                .map(before -> before.getStatus().workspaceClaim());
    }

    private void ensure(PersistentVolumeClaim claim) {
        var place = client.persistentVolumeClaims()
                .inNamespace(claim.getMetadata().getNamespace())
                .withName(claim.getMetadata().getName());
        if (place.get() != null) {
            return;
        }
        try {
            client.resource(claim).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private static String name(Build build) {
        var meta = build.getMetadata();
        return BuildPods.name(new BuildRef(meta.getNamespace(), meta.getName(), meta.getUid()))
                .replaceFirst("-pod-(?=[0-9a-f]{6}$)", "-workspace-");
    }

    private static OwnerReference owner(Build build) {
        return new OwnerReferenceBuilder()
                .withApiVersion(build.getApiVersion())
                .withKind(build.getKind())
                .withName(build.getMetadata().getName())
                .withUid(build.getMetadata().getUid())
                .build();
    }

    private static PersistentVolumeClaimBuilder claim(
            String namespace, String name, String size, @Nullable String storageClass) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels("app.kubernetes.io/managed-by", "sluice")
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(storageClass)
                .withNewResources()
                .withRequests(Map.of("storage", Quantity.parse(size)))
                .endResources()
                .endSpec();
    }

    /** The pod with its caches, and with its workspace and home on the claim where there is one. Pure. */
    static Pod mounted(Pod pod, BuildSpec spec, @Nullable String claim) {
        var volumes = new ArrayList<Volume>();
        for (var volume : pod.getSpec().getVolumes()) {
            if (spec.cache().stream().noneMatch(cache -> volume.getName().equals(cache.name()))) {
                volumes.add(claim != null && durable(volume.getName()) ? volume(volume.getName(), claim) : volume);
            }
        }
        for (var cache : spec.cache()) {
            volumes.add(volume(String.valueOf(cache.name()), cache.claim()));
        }
        var spread = claim != null;
        var sources = Sources.of(pod);
        return new PodBuilder(pod)
                .editSpec()
                .withVolumes(volumes)
                .withInitContainers(pod.getSpec().getInitContainers().stream()
                        .map(c -> container(c, usesCache(c, sources) ? spec.cache() : List.of(), spread))
                        .toList())
                .withContainers(pod.getSpec().getContainers().stream()
                        .map(c -> container(c, List.of(), spread))
                        .toList())
                .endSpec()
                .build();
    }

    private static boolean durable(String volume) {
        return volume.equals(WORKSPACE) || volume.equals(HOME);
    }

    private static Volume volume(String name, String claim) {
        return new VolumeBuilder()
                .withName(name)
                .withNewPersistentVolumeClaim()
                .withClaimName(claim)
                .endPersistentVolumeClaim()
                .build();
    }

    private static Container container(Container container, List<CacheVolume> caches, boolean durable) {
        var mounts = new ArrayList<VolumeMount>();
        for (var mount : container.getVolumeMounts()) {
            mounts.add(durable && durable(mount.getName()) ? below(mount) : mount);
        }
        for (var cache : caches) {
            var path = cache.path();
            if (path != null && !path.isEmpty() && mounts.stream().noneMatch(m -> path.equals(m.getMountPath()))) {
                mounts.add(new VolumeMountBuilder()
                        .withName(cache.name())
                        .withMountPath(path)
                        .build());
            }
        }
        return new ContainerBuilder(container).withVolumeMounts(mounts).build();
    }

    /** Containers of ours have no use for a cache. */
    private static boolean usesCache(Container container, Sources sources) {
        return !container.getName().equals(BuildPods.CREDENTIALS) && !sources.contain(container.getName());
    }

    /** Workspace and home share one claim. */
    private static VolumeMount below(VolumeMount mount) {
        var inside = mount.getSubPath() == null || mount.getSubPath().isEmpty() ? "" : "/" + mount.getSubPath();
        return new VolumeMountBuilder(mount)
                .withSubPath(mount.getName() + inside)
                .build();
    }
}
