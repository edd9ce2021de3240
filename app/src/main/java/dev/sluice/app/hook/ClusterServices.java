package dev.sluice.app.hook;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.build.Concurrency;
import dev.sluice.api.build.SourceSpec;
import dev.sluice.builds.BuiltService;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Services of a cluster; each with a hook has a Secret of its own. */
final class ClusterServices implements PushedServices {
    private static final int SHORT = 10;

    private final KubernetesClient client;
    private final SourceCopies copies;

    ClusterServices(KubernetesClient client, SourceCopies copies) {
        this.client = client;
        this.copies = copies;
    }

    @Override
    public Optional<Hook> hook(String namespace, String service) {
        var secret = client.secrets()
                .inNamespace(namespace)
                .withName(HookSecret.name(service))
                .get();
        return Optional.ofNullable(secret).filter(HookSecret::isOne).map(ClusterServices::hook);
    }

    private static Hook hook(Secret secret) {
        var data = Objects.requireNonNullElse(secret.getData(), Map.<String, String>of());
        var encoded = data.getOrDefault(HookSecret.KEY, "");
        return new Hook(
                new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8), HookSecret.branch(secret));
    }

    @Override
    public String build(String namespace, String service, Push push) {
        var source = PushedSource.of(client, copies, namespace, service);
        if (source.copied() != null) {
            copies.fetch(namespace, service, source.copied(), push.commit());
        }
        var name = service + "-push-" + push.commit().substring(0, SHORT);
        try {
            client.resources(Build.class)
                    .inNamespace(namespace)
                    .resource(next(source.last(), namespace, name, service, push))
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) { // the same push, told again
                throw e;
            }
        }
        return name;
    }

    /** The build that was, of the new commit; an older one of the same service that still runs makes room. */
    private static Build next(Build last, String namespace, String name, String service, Push push) {
        var spec = last.getSpec();
        var source = Objects.requireNonNull(spec.source());
        var git = Objects.requireNonNull(source.git());
        var build = new Build();
        build.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels(BuiltService.LABEL, service)
                .addToAnnotations(BuiltService.DEPLOY, service)
                .withOwnerReferences(last.getMetadata().getOwnerReferences())
                .build());
        build.setSpec(new BuildSpec(
                null,
                new SourceSpec(
                        source.name(),
                        new SourceSpec.Git(git.url(), push.commit()),
                        null,
                        null,
                        source.subPath(),
                        source.targetPath()),
                spec.sources(),
                spec.steps(),
                spec.volumes(),
                spec.serviceAccountName(),
                spec.template(),
                spec.nodeSelector(),
                spec.timeout(),
                spec.affinity(),
                null,
                null,
                spec.retries(),
                null,
                new Concurrency(Concurrency.Policy.REPLACE.word(), "push-" + service, null),
                spec.retention(),
                spec.cache()));
        build.setStatus(BuildStatus.EMPTY);
        return build;
    }
}
