package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.image.RootDirectory;
import dev.sluice.kubedev.node.sandbox.Launch;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Whose rights a container runs with: its security context, then the pod's, then the image's user by its own passwd. */
final class UserLookup {

    private UserLookup() {}

    static Launch.Identity identity(PodSpec spec, Container container, String imageUser, Path rootfs)
            throws ConfigProblem {
        String[] parts = imageUser.split(":", 2);
        Optional<Long> asked = own(spec, container, SecurityContext::getRunAsUser, PodSecurityContext::getRunAsUser);
        Optional<Long> askedGroup =
                own(spec, container, SecurityContext::getRunAsGroup, PodSecurityContext::getRunAsGroup);
        boolean notRoot = own(spec, container, SecurityContext::getRunAsNonRoot, PodSecurityContext::getRunAsNonRoot)
                .orElse(false);
        int user;
        int group = 0;
        if (asked.isPresent()) {
            user = asked.get().intValue();
            group = line(rootfs, "etc/passwd", "" + user, 2)
                    .flatMap(l -> number(l[3]))
                    .orElse(0);
        } else if (parts[0].isEmpty()) {
            user = 0;
        } else if (number(parts[0]).isPresent()) {
            user = number(parts[0]).get();
            group = line(rootfs, "etc/passwd", parts[0], 2)
                    .flatMap(l -> number(l[3]))
                    .orElse(0);
        } else {
            if (notRoot) {
                throw ConfigProblem.config("container has runAsNonRoot and image has non-numeric user (" + parts[0]
                        + "), cannot verify user is non-root");
            }
            String[] entry = line(rootfs, "etc/passwd", parts[0], 0)
                    .orElseThrow(() -> new ConfigProblem(
                            "CreateContainerError",
                            "unable to find user " + parts[0] + ": no matching entries in passwd file"));
            user = number(entry[2]).orElse(0);
            group = number(entry[3]).orElse(0);
        }
        if (askedGroup.isPresent()) {
            group = askedGroup.get().intValue();
        } else if (asked.isEmpty() && parts.length > 1) {
            group = number(parts[1])
                    .or(() -> line(rootfs, "etc/group", parts[1], 0).flatMap(l -> number(l[2])))
                    .orElse(group);
        }
        if (notRoot && user == 0) {
            throw ConfigProblem.config(
                    asked.isPresent()
                            ? "container's runAsUser breaks non-root policy"
                            : "container has runAsNonRoot and image will run as root");
        }
        TreeSet<Integer> groups = new TreeSet<>();
        Optional.ofNullable(spec.getSecurityContext()).ifPresent(s -> {
            Optional.ofNullable(s.getFsGroup()).ifPresent(g -> groups.add(g.intValue()));
            Optional.ofNullable(s.getSupplementalGroups()).orElse(List.of()).forEach(g -> groups.add(g.intValue()));
        });
        return new Launch.Identity(user, group, List.copyOf(groups));
    }

    private static <T> Optional<T> own(
            PodSpec spec,
            Container container,
            Function<SecurityContext, T> mine,
            Function<PodSecurityContext, T> pods) {
        return Optional.ofNullable(container.getSecurityContext())
                .map(mine)
                .or(() -> Optional.ofNullable(spec.getSecurityContext()).map(pods));
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<String[]> line(Path rootfs, String file, String value, int column) {
        try {
            Path path = new RootDirectory(rootfs).resolve(file);
            if (!Files.isRegularFile(path)) {
                return Optional.empty();
            }
            return Files.readAllLines(path).stream()
                    .map(l -> l.split(":", -1))
                    .filter(l -> l.length >= 4 && l[column].equals(value))
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
