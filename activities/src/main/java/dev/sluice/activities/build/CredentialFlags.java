package dev.sluice.activities.build;

import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What the credential initializer is told about the secrets of a build's service account. Pure. */
final class CredentialFlags {
    private static final String PREFIX = "build.knative.dev/";
    private static final String DOCKER_HUB = "https://index.docker.io/v1/";

    /** The arguments for one secret; empty when it holds nothing that a build uses. */
    static List<String> of(Secret secret) {
        var name = secret.getMetadata().getName();
        var flags = new ArrayList<String>();
        switch (Objects.requireNonNullElse(secret.getType(), "")) {
            case "kubernetes.io/dockerconfigjson" -> flags.add("-docker-config=" + name);
            case "kubernetes.io/dockercfg" -> flags.add("-docker-cfg=" + name);
            case "kubernetes.io/basic-auth" ->
                annotations(secret).forEach((key, url) -> {
                    if (key.startsWith(PREFIX + "docker-")) {
                        flags.add("-basic-docker=" + name + "=" + url);
                    } else if (key.startsWith(PREFIX + "git-")) {
                        flags.add("-basic-git=" + name + "=" + url);
                    }
                });
            case "kubernetes.io/ssh-auth" ->
                annotations(secret).forEach((key, host) -> {
                    if (key.startsWith(PREFIX + "git-")) {
                        flags.add("-ssh-git=" + name + "=" + host);
                    }
                });
            default -> {}
        }
        return flags;
    }

    /** The mistake with Docker Hub's address that Knative Build learned to refuse. */
    static Optional<String> problem(Secret secret) {
        for (var entry : annotations(secret).entrySet()) {
            if (entry.getKey().startsWith(PREFIX + "docker-")
                    && entry.getValue().contains("index.docker.io")
                    && !entry.getValue().equals(DOCKER_HUB)) {
                return Optional.of(
                        "BadSecretAnnotation: Secret \"%s\" has incorrect annotation \"%s\" / \"%s\", value should be \"%s\""
                                .formatted(
                                        secret.getMetadata().getName(), entry.getKey(), entry.getValue(), DOCKER_HUB));
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> annotations(Secret secret) {
        return new TreeMap<>(Objects.requireNonNullElse(secret.getMetadata().getAnnotations(), Map.of()));
    }

    private CredentialFlags() {}
}
