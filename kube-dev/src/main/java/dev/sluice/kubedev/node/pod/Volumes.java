package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.image.RootDirectory;
import dev.sluice.kubedev.node.sandbox.Bind;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The volumes of one pod on this machine, and what each container sees of them. Used by one thread at a time. */
final class Volumes {

    private final NodeContext node;
    private final Path directory;
    private final Map<String, Path> ready = new HashMap<>();
    private final Map<String, PayloadDirectory> payloads = new HashMap<>();
    private final boolean owners = "root".equals(System.getProperty("user.name"));

    Volumes(NodeContext node, Path directory) {
        this.node = node;
        this.directory = directory;
    }

    /** Makes all volumes; throws when something they refer to is missing, and may then be called again. */
    synchronized void prepare(Pod pod, String podAddress) throws ConfigProblem, IOException {
        Payloads source = new Payloads(node.client(), pod, podAddress, node.hostAddress(), node.allocatable());
        for (Volume volume : Optional.ofNullable(pod.getSpec().getVolumes()).orElse(List.of())) {
            if (ready.containsKey(volume.getName())) {
                continue;
            }
            try {
                ready.put(volume.getName(), prepare(pod, volume, source));
            } catch (ConfigProblem e) {
                throw new ConfigProblem(
                        "FailedMount",
                        "MountVolume.SetUp failed for volume \"" + volume.getName() + "\" : " + e.text());
            }
        }
    }

    private Path prepare(Pod pod, Volume volume, Payloads source) throws ConfigProblem, IOException {
        Path own = directory.resolve(volume.getName());
        if (Payloads.isPayload(volume)) {
            PayloadDirectory payload = payloads.computeIfAbsent(volume.getName(), _ -> new PayloadDirectory(own));
            payload.write(source.of(volume), group(pod));
            return own;
        }
        if (volume.getEmptyDir() != null) {
            Files.createDirectories(own);
            share(own, pod, 0777);
            return own;
        }
        if (volume.getHostPath() != null) {
            return hostPath(volume.getHostPath());
        }
        if (volume.getPersistentVolumeClaim() != null) {
            Path claimed = claimed(pod, volume.getPersistentVolumeClaim().getClaimName());
            share(claimed, pod, 0777);
            return claimed;
        }
        throw new ConfigProblem(
                "FailedMount",
                "this node supports emptyDir, configMap, secret, projected, downwardAPI, hostPath and "
                        + "persistentVolumeClaim volumes only");
    }

    /** Writes again what came from a ConfigMap, a Secret or a token; what is missing now leaves the files as they are. */
    synchronized void refresh(Pod pod, String podAddress) throws ConfigProblem, IOException {
        Payloads source = new Payloads(node.client(), pod, podAddress, node.hostAddress(), node.allocatable());
        for (Volume volume : Optional.ofNullable(pod.getSpec().getVolumes()).orElse(List.of())) {
            PayloadDirectory payload = payloads.get(volume.getName());
            if (payload != null) {
                payload.write(source.of(volume), group(pod));
            }
        }
    }

    private static int group(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getSecurityContext())
                .map(s -> s.getFsGroup())
                .map(Long::intValue)
                .orElse(0);
    }

    private void share(Path folder, Pod pod, int mode) throws IOException {
        int group = group(pod);
        Files.setAttribute(folder, "unix:mode", group > 0 ? 02000 | mode : mode);
        if (group > 0 && owners) {
            Files.setAttribute(folder, "unix:gid", group);
        }
    }

    private static Path hostPath(HostPathVolumeSource source) throws ConfigProblem, IOException {
        Path path = Path.of(source.getPath());
        String type = Optional.ofNullable(source.getType()).orElse("");
        switch (type) {
            case "DirectoryOrCreate" -> Files.createDirectories(path);
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                }
            }
            case "Directory" -> require(Files.isDirectory(path), path, "directory");
            case "File" -> require(Files.isRegularFile(path), path, "file");
            case "" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                }
            }
            default -> require(Files.exists(path), path, type);
        }
        return path;
    }

    private static void require(boolean holds, Path path, String type) throws ConfigProblem {
        if (!holds) {
            throw new ConfigProblem("FailedMount", "hostPath type check failed: " + path + " is not a " + type);
        }
    }

    private Path claimed(Pod pod, String claimName) throws ConfigProblem, IOException {
        String namespace = pod.getMetadata().getNamespace();
        PersistentVolumeClaim claim = node.client()
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withName(claimName)
                .get();
        if (claim == null) {
            throw new ConfigProblem("FailedMount", "persistentvolumeclaim \"" + claimName + "\" not found");
        }
        String bound = claim.getSpec().getVolumeName();
        boolean isBound =
                claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
        if (bound == null || bound.isEmpty() || !isBound) {
            throw new ConfigProblem("FailedMount", "persistentvolumeclaim \"" + claimName + "\" is not bound yet");
        }
        var volume = node.client().persistentVolumes().withName(bound).get();
        if (volume == null || volume.getSpec().getHostPath() == null) {
            throw new ConfigProblem("FailedMount", "persistentvolume \"" + bound + "\" is not a folder of this node");
        }
        return Files.createDirectories(Path.of(volume.getSpec().getHostPath().getPath()));
    }

    /** What the container's mounts become. */
    synchronized List<Bind> binds(Pod pod, Container container, Map<String, String> environment)
            throws ConfigProblem, IOException {
        List<Bind> binds = new ArrayList<>();
        for (VolumeMount mount :
                Optional.ofNullable(container.getVolumeMounts()).orElse(List.of())) {
            Path source = ready.get(mount.getName());
            if (source == null) {
                throw ConfigProblem.config("volume \"" + mount.getName() + "\" is not there");
            }
            String sub = mount.getSubPathExpr() != null
                    ? Expansion.expand(mount.getSubPathExpr(), environment)
                    : Optional.ofNullable(mount.getSubPath()).orElse("");
            boolean payload = payloads.containsKey(mount.getName());
            if (!sub.isEmpty()) {
                if (Path.of(sub).isAbsolute() || Path.of(sub).normalize().startsWith("..")) {
                    throw ConfigProblem.config("failed to prepare subPath for volumeMount \"" + mount.getName()
                            + "\" of container \"" + container.getName() + "\"");
                }
                source = new RootDirectory(source).resolve(sub);
                if (!Files.exists(source)) {
                    Files.createDirectories(source);
                    share(source, pod, 0777);
                }
            }
            boolean readOnly = Boolean.TRUE.equals(mount.getReadOnly()) || payload;
            binds.add(new Bind(source, mount.getMountPath(), readOnly));
        }
        return binds;
    }

    /** Whether a change of that object concerns this pod's volumes. */
    static boolean refers(Pod pod, String kind, String name) {
        return Optional.ofNullable(pod.getSpec().getVolumes()).orElse(List.of()).stream()
                .anyMatch(v -> Payloads.refersTo(v, kind, name));
    }

    /** Whether there is a token that will expire. */
    static boolean hasToken(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getVolumes()).orElse(List.of()).stream()
                .filter(v -> v.getProjected() != null)
                .flatMap(v -> Optional.ofNullable(v.getProjected().getSources()).orElse(List.of()).stream())
                .anyMatch(s -> s.getServiceAccountToken() != null);
    }
}
