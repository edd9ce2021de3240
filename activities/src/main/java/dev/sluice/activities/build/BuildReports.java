package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/** Writes what changed in the status of a Build; one that is gone or has ended is left alone. */
final class BuildReports {
    private static final int WRITE_ATTEMPTS = 5;

    private final KubernetesClient client;
    private final BuildResolver resolver;

    BuildReports(KubernetesClient client, BuildResolver resolver) {
        this.client = client;
        this.resolver = resolver;
    }

    record Known(BuildStatus before, long generation) {}

    /** Whoever wrote in between is read again. */
    void write(BuildRef ref, Function<Known, BuildStatus> next) {
        for (int attempt = 1; ; attempt++) {
            try {
                once(ref, next);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return;
                }
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == WRITE_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void once(BuildRef ref, Function<Known, BuildStatus> next) {
        var build = resolver.build(ref).orElse(null);
        if (build == null || build.getStatus().done()) {
            return;
        }
        var status = next.apply(new Known(
                build.getStatus(),
                Objects.requireNonNullElse(build.getMetadata().getGeneration(), 0L)));
        if (status.equals(build.getStatus())) {
            return;
        }
        var patch = new TreeMap<String, Object>();
        patch.put("metadata", Map.of("resourceVersion", build.getMetadata().getResourceVersion()));
        patch.put("status", status);
        client.resources(Build.class)
                .inNamespace(ref.namespace())
                .withName(ref.name())
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(patch));
    }
}
