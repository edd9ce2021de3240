package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.BuildTemplate;
import dev.sluice.api.build.BuildTemplateSpec;
import dev.sluice.api.build.ClusterBuildTemplate;
import dev.sluice.api.build.SourceSpec;
import dev.sluice.api.build.TemplateApplication;
import dev.sluice.api.build.TemplateCheck;
import dev.sluice.api.build.TemplateInstantiation;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a Build and what it refers to, and checks that it all fits, in the words of Knative Build's controller. */
final class BuildResolver {
    private final KubernetesClient client;

    BuildResolver(KubernetesClient client) {
        this.client = client;
    }

    Optional<Build> build(BuildRef ref) {
        return Optional.ofNullable(client.resources(Build.class)
                        .inNamespace(ref.namespace())
                        .withName(ref.name())
                        .get())
                .filter(b -> Objects.equals(b.getMetadata().getUid(), ref.uid()));
    }

    Resolution resolve(BuildRef ref) {
        var build = build(ref);
        if (build.isEmpty() || build.get().getStatus().done()) {
            return new Resolution.Gone();
        }
        var spec = build.get().getSpec();
        var account = client.serviceAccounts()
                .inNamespace(ref.namespace())
                .withName(spec.serviceAccount())
                .get();
        if (account == null) {
            return new Resolution.Refused("serviceaccounts \"" + spec.serviceAccount() + "\" not found");
        }
        var secrets = new ArrayList<Secret>();
        for (var reference : account.getSecrets()) {
            var secret = client.secrets()
                    .inNamespace(ref.namespace())
                    .withName(reference.getName())
                    .get();
            if (secret == null) {
                return new Resolution.Refused("secrets \"" + reference.getName() + "\" not found");
            }
            var problem = CredentialFlags.problem(secret);
            if (problem.isPresent()) {
                return new Resolution.Refused(problem.get());
            }
            secrets.add(secret);
        }
        return withTemplate(build.get(), secrets);
    }

    private Resolution withTemplate(Build build, List<Secret> secrets) {
        var spec = build.getSpec();
        var instance = spec.template();
        if (instance == null) {
            return checked(build, spec, secrets);
        }
        var kind = Objects.requireNonNullElse(instance.kind(), "");
        if (!kind.isEmpty() && !kind.equals("BuildTemplate") && !kind.equals("ClusterBuildTemplate")) {
            return new Resolution.Refused("Incorrect Template Kind: the template kind can only be \"BuildTemplate\" or"
                    + " \"ClusterBuildTemplate\" with \"BuildTemplate\" used as the default if nothing is specified.");
        }
        var template = template(build.getMetadata().getNamespace(), instance, kind);
        if (template == null) {
            return new Resolution.Refused(
                    TemplateCheck.missing(instance, build.getMetadata().getNamespace()));
        }
        var problem = TemplateCheck.problem(instance, template);
        return problem.isPresent()
                ? new Resolution.Refused(problem.get())
                : checked(build, TemplateApplication.apply(spec, template), secrets);
    }

    /** A BuildTemplate of the namespace, else the ClusterBuildTemplate of that name: so {@code name: jib} works anywhere. */
    private @Nullable BuildTemplateSpec template(String namespace, TemplateInstantiation instance, String kind) {
        var name = Objects.requireNonNullElse(instance.name(), "");
        if (!kind.equals("ClusterBuildTemplate")) {
            var local = client.resources(BuildTemplate.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .get();
            if (local != null) {
                return local.getSpec();
            }
        }
        var shared = client.resources(ClusterBuildTemplate.class).withName(name).get();
        return shared == null ? null : shared.getSpec();
    }

    /** What makes no pod is refused here, before the API server is asked for one. */
    static Resolution checked(Build build, BuildSpec spec, List<Secret> secrets) {
        for (var source : spec.allSources()) {
            var missing = missing(source);
            if (missing.isPresent()) {
                return new Resolution.Refused("missing field(s): b.spec.source." + missing.get());
            }
        }
        var volumes = new HashSet<String>();
        if (!BuildPods.volumes(spec, secrets).stream().allMatch(volume -> volumes.add(volume.getName()))) {
            return new Resolution.Refused("expected exactly one, got both: volumes.name");
        }
        return new Resolution.Ready(build, spec, List.copyOf(secrets));
    }

    private static Optional<String> missing(SourceSpec source) {
        if (source.git() != null) {
            if (blank(source.git().url())) {
                return Optional.of("git.url");
            }
            return blank(source.git().revision()) ? Optional.of("git.revision") : Optional.empty();
        }
        if (source.gcs() != null) {
            return blank(source.gcs().location()) ? Optional.of("gcs.location") : Optional.empty();
        }
        return source.custom() != null && !blank(source.custom().getName()) ? Optional.of("name") : Optional.empty();
    }

    private static boolean blank(@Nullable String text) {
        return text == null || text.isBlank();
    }
}
