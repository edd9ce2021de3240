package dev.sluice.app.hook;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.build.Concurrency;
import dev.sluice.api.build.SourceSpec;
import dev.sluice.builds.BuiltService;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Services of a cluster; each with a hook has a Secret of its own. */
final class ClusterServices implements PushedServices {
    private static final int MOST_TIMES = 99;

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
        var running = image(namespace, service);
        for (int time = 1; time <= MOST_TIMES; time++) {
            var name = PushNames.build(service, push.commit(), time);
            var known = builds(namespace).withName(name).get();
            if (known == null) {
                start(next(source.last(), namespace, name, service, push));
                return name;
            }
            var wanted = PushAgain.of(known, service, running);
            if (wanted != PushAgain.BUILD && PushAgain.isOld(push, ofService(namespace, service), running)) {
                return name;
            }
            switch (wanted) {
                case NOTHING -> {
                    if (known.getStatus().done()) { // a newer one may be on its way
                        stopOthers(namespace, service);
                    }
                    return name;
                }
                case DEPLOY -> {
                    stopOthers(namespace, service);
                    BuiltService.deployAgain(client, known);
                    return name;
                }
                case BUILD -> {} // under the next name
            }
        }
        throw new UnpushableException(
                "commit " + push.commit() + " was built " + MOST_TIMES + " times; delete Builds that are not needed");
    }

    private void start(Build build) {
        try {
            client.resource(build).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) { // the same push, told twice at once
                throw e;
            }
        }
    }

    /** What is being built would be deployed after what is wanted now. */
    private void stopOthers(String namespace, String service) {
        for (var build : ofService(namespace, service)) {
            if (!build.getStatus().done() && PushAgain.isDeployed(build, service)) {
                builds(namespace)
                        .resource(build)
                        .patch(
                                PatchContext.of(PatchType.JSON_MERGE),
                                "{\"spec\":{\"Status\":\"" + BuildSpec.CANCELLED + "\"}}");
            }
        }
    }

    private List<Build> ofService(String namespace, String service) {
        return builds(namespace).withLabel(BuiltService.LABEL, service).list().getItems();
    }

    private NonNamespaceOperation<Build, KubernetesResourceList<Build>, Resource<Build>> builds(String namespace) {
        return client.resources(Build.class).inNamespace(namespace);
    }

    /** What the Service wants to run; empty when there is none. */
    private String image(String namespace, String service) {
        var found = client.genericKubernetesResources("serving.knative.dev/v1", "Service")
                .inNamespace(namespace)
                .withName(service)
                .get();
        return found == null ? "" : BuiltService.image(found);
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
                new Concurrency(Concurrency.Policy.REPLACE.word(), PushNames.group(service), null),
                spec.retention(),
                spec.cache()));
        build.setStatus(BuildStatus.EMPTY);
        return build;
    }
}
