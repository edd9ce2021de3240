package dev.sluice.app.hook;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/** The Secret {@code SERVICE-push-hook}: what the Git server signs with, and which branch is built. */
public final class HookSecret {
    static final String KEY = "secret";

    private static final String LABEL = "build.sluice.dev/push-hook";
    private static final String BRANCH = "build.sluice.dev/branch";
    private static final int BYTES = 32;

    public static String name(String service) {
        return service + "-push-hook";
    }

    /**
     * Goes with its Service.
     *
     * @param branch the one that is built; empty for any
     */
    public static Secret of(HasMetadata owner, String branch, String secret) {
        var service = owner.getMetadata().getName();
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name(service))
                .withNamespace(owner.getMetadata().getNamespace())
                .addNewOwnerReference()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(service)
                .withUid(owner.getMetadata().getUid())
                .endOwnerReference()
                .addToLabels(LABEL, service)
                .addToAnnotations(BRANCH, branch)
                .endMetadata()
                .withType("Opaque")
                .withStringData(Map.of(KEY, secret))
                .build();
    }

    public static String random() {
        var bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** A Secret of that name that somebody made for something else opens nothing. */
    static boolean isOne(Secret secret) {
        return Objects.requireNonNullElse(secret.getMetadata().getLabels(), Map.of())
                .containsKey(LABEL);
    }

    static String branch(Secret secret) {
        return Objects.requireNonNullElse(secret.getMetadata().getAnnotations(), Map.<String, String>of())
                .getOrDefault(BRANCH, "");
    }

    private HookSecret() {}
}
