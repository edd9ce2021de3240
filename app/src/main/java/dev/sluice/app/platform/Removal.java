package dev.sluice.app.platform;

import dev.sluice.api.Kinds;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Takes everything of Sluice out of a cluster: the objects of its kinds with all that was made for them, then the kinds, the
 * webhooks, and the namespaces that it made. Works while no instance runs, and again after it was interrupted.
 */
public final class Removal implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Of Kubernetes' own garbage collection. */
    private static final List<String> KEPT_FINALIZERS = List.of("foregroundDeletion", "orphan");

    private final KubernetesClient client;
    private final List<CustomResourceDefinition> definitions;

    private Removal(KubernetesClient client) {
        this.client = client;
        var names = Kinds.customResources().stream()
                .map(kind -> HasMetadata.getPlural(kind) + "." + HasMetadata.getGroup(kind))
                .toList();
        definitions = client.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                .filter(found -> names.contains(found.getMetadata().getName()))
                .toList();
    }

    /** Throws a {@link PlatformException} when the cluster cannot be read. */
    public static Removal of(Path kubeconfig) {
        var client = Cluster.connect(kubeconfig);
        try {
            return new Removal(client);
        } catch (KubernetesClientException e) {
            client.close();
            throw new PlatformException("reading the cluster " + client.getMasterUrl() + ": " + e.getMessage(), e);
        }
    }

    public String server() {
        return client.getMasterUrl().toString();
    }

    /** What would go, one line each, for the one who has to agree; empty when there is nothing of Sluice. */
    public List<String> plan() {
        var lines = new ArrayList<String>();
        for (var definition : definitions) {
            int count = objects(definition).size();
            if (count > 0) {
                lines.add(count + " " + definition.getMetadata().getName());
            }
        }
        if (!definitions.isEmpty()) {
            lines.add(definitions.size() + " custom resource definitions");
        }
        var webhooks = webhooks();
        if (!webhooks.isEmpty()) {
            lines.add(webhooks.size() + " webhook configurations");
        }
        var permissions = permissions();
        if (!permissions.isEmpty()) {
            lines.add(permissions.size() + " cluster roles and bindings");
        }
        namespaces().forEach(namespace -> lines.add("namespace " + namespace + " with all that is in it"));
        return lines;
    }

    /** Does it; throws a {@link PlatformException} that names what would not go in time. */
    public void run(Consumer<String> progress) {
        // first of all what would ask an instance that does not run
        webhooks().forEach(webhook -> client.resource(webhook).delete());
        permissions().forEach(permission -> client.resource(permission).delete());
        for (var definition : definitions) {
            removeObjects(definition, progress);
        }
        for (var definition : definitions) {
            client.resource(definition).delete();
        }
        for (var definition : definitions) {
            gone(definition);
        }
        progress.accept(definitions.size() + " custom resource definitions removed");
        for (var name : namespaces()) {
            var namespace = client.namespaces().withName(name).get();
            if (namespace != null) {
                client.resource(namespace).delete();
                gone(namespace);
                progress.accept("namespace " + name + " removed");
            }
        }
    }

    /** Their dependents go with them, while Kubernetes still knows their kind: later nobody would collect those. */
    private void removeObjects(CustomResourceDefinition definition, Consumer<String> progress) {
        var objects = objects(definition);
        var resources = client.genericKubernetesResources(context(definition));
        for (var object : objects) {
            try {
                var resource = client.resource(object);
                var finalizers = Objects.requireNonNullElse(object.getMetadata().getFinalizers(), List.<String>of());
                if (!KEPT_FINALIZERS.containsAll(finalizers)) {
                    resource.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
                }
                resource.withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                    throw new PlatformException(
                            "removing " + definition.getSpec().getNames().getKind() + " "
                                    + object.getMetadata().getNamespace() + "/"
                                    + object.getMetadata().getName() + ": "
                                    + e.getMessage(),
                            e);
                }
            }
        }
        try {
            if (!objects.isEmpty()) {
                var all = definition.getSpec().getScope().equals("Namespaced") ? resources.inAnyNamespace() : resources;
                all.informOnCondition(List::isEmpty).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                progress.accept(objects.size() + " " + definition.getMetadata().getName() + " removed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(
                    "interrupted while removing " + definition.getMetadata().getName(), e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new PlatformException(
                    "these would not go: "
                            + String.join(
                                    ", ",
                                    objects(definition).stream()
                                            .map(left -> left.getMetadata().getNamespace() + "/"
                                                    + left.getMetadata().getName())
                                            .toList())
                            + " (" + definition.getMetadata().getName() + ")",
                    e);
        }
    }

    private void gone(HasMetadata object) {
        try {
            client.resource(object).waitUntilCondition(Objects::isNull, LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (KubernetesClientException e) {
            throw new PlatformException(
                    object.getKind() + " " + object.getMetadata().getName() + " would not go: " + e.getMessage(), e);
        }
    }

    /** In the storage version, which needs no conversion. */
    private List<GenericKubernetesResource> objects(CustomResourceDefinition definition) {
        var resources = client.genericKubernetesResources(context(definition));
        return definition.getSpec().getScope().equals("Namespaced")
                ? resources.inAnyNamespace().list().getItems()
                : resources.list().getItems();
    }

    private static ResourceDefinitionContext context(CustomResourceDefinition definition) {
        var stored = definition.getSpec().getVersions().stream()
                .filter(version -> Boolean.TRUE.equals(version.getStorage()))
                .findFirst()
                .orElseThrow();
        return new ResourceDefinitionContext.Builder()
                .withGroup(definition.getSpec().getGroup())
                .withVersion(stored.getName())
                .withKind(definition.getSpec().getNames().getKind())
                .withPlural(definition.getSpec().getNames().getPlural())
                .withNamespaced(definition.getSpec().getScope().equals("Namespaced"))
                .build();
    }

    private List<HasMetadata> webhooks() {
        var api = client.admissionRegistration().v1();
        return Stream.concat(
                        api.mutatingWebhookConfigurations().withLabels(Installer.LABELS).list().getItems().stream()
                                .map(HasMetadata.class::cast),
                        api.validatingWebhookConfigurations().withLabels(Installer.LABELS).list().getItems().stream())
                .toList();
    }

    private List<HasMetadata> permissions() {
        var rbac = client.rbac();
        return Stream.concat(
                        rbac.clusterRoleBindings().withLabels(Installer.LABELS).list().getItems().stream()
                                .map(HasMetadata.class::cast),
                        rbac.clusterRoles().withLabels(Installer.LABELS).list().getItems().stream())
                .toList();
    }

    private List<String> namespaces() {
        return client.namespaces().withLabels(Installer.LABELS).list().getItems().stream()
                .map(namespace -> namespace.getMetadata().getName())
                .toList();
    }

    @Override
    public void close() {
        client.close();
    }
}
