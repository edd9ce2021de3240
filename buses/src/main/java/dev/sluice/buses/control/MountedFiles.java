package dev.sluice.buses.control;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what a manifest of 2018 mounts into its dispatcher: nothing is run that could read it there. */
final class MountedFiles {
    /**
     * A value that is the path of a mounted file becomes what the file holds; other values stay.
     *
     * @param files of a volume, by name; empty when there are none
     */
    static void read(
            Map<String, String> values,
            @Nullable List<VolumeMount> mounts,
            @Nullable List<Volume> volumes,
            Function<Volume, Optional<Map<String, String>>> files) {
        for (var mount : Objects.requireNonNullElse(mounts, List.<VolumeMount>of())) {
            var path = String.valueOf(mount.getMountPath());
            var folder = path.endsWith("/") ? path : path + "/";
            if (values.values().stream().noneMatch(value -> value.startsWith(folder))) {
                continue;
            }
            Objects.requireNonNullElse(volumes, List.<Volume>of()).stream()
                    .filter(volume -> Objects.equals(volume.getName(), mount.getName()))
                    .findFirst()
                    .flatMap(files)
                    .ifPresent(held -> values.replaceAll((_, value) -> value.startsWith(folder)
                            ? held.getOrDefault(value.substring(folder.length()), value)
                            : value));
        }
    }

    private MountedFiles() {}
}
