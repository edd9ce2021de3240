package dev.sluice.app.platform;

import dev.sluice.api.Kinds;
import dev.sluice.api.build.ClusterBuildTemplate;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.config.ServingConfigMaps;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.app.webhook.WebhookObjects;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Puts into the cluster what the controllers need before they start: definitions, webhooks, namespaces. Repeatable. */
final class Installer {
    static final Map<String, String> LABELS = Map.of("app.kubernetes.io/managed-by", "sluice");

    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("sluice")
            .withForce(true)
            .build();
    private static final List<String> TEMPLATES = List.of(
            "bazel",
            "buildah",
            "buildkit",
            "buildpacks-cf",
            "buildpacks-cnb",
            "jib",
            "jib-gradle",
            "jib-maven",
            "kaniko",
            "makisu");
    private static final List<String> NAMESPACES = List.of("sluice-system", "knative-serving", "knative-eventing");

    private final KubernetesClient client;
    private final Consumer<String> progress;

    /** The lines say what takes long. */
    Installer(KubernetesClient client, Consumer<String> progress) {
        this.client = client;
        this.progress = progress;
    }

    /** Definitions first: the API server must know a kind before its webhooks are asked about it. */
    void install(String webhookUrl, String caBundle) {
        var webhooks = new WebhookObjects(webhookUrl, caBundle);
        inParallel(Kinds.customResources().stream()
                .<Runnable>map(kind -> () -> {
                    var definition = webhooks.withConversion(definition(kind), Kinds.conversions());
                    apply(definition);
                    new Establishing(client, progress)
                            .await(definition.getMetadata().getName());
                })
                .toList());
        inParallel(NAMESPACES.stream()
                .<Runnable>map(name -> () -> apply(namespace(name)))
                .toList());
        announce(webhookUrl, caBundle);
    }

    /** Tells the API server of the webhooks' address and authority; after a change of the authority the definitions too. */
    void announce(String webhookUrl, String caBundle) {
        var webhooks = new WebhookObjects(webhookUrl, caBundle);
        inParallel(webhooks.configurations(Kinds.admissions(), LABELS).stream()
                .<Runnable>map(object -> () -> apply(object))
                .toList());
    }

    /**
     * The ConfigMaps that serving reads, where they are missing: what people have changed stays.
     *
     * @param domain of external names until somebody chooses another
     */
    void createConfigMaps(String domain) {
        inParallel(ServingConfigMaps.NAMES.stream()
                .<Runnable>map(name -> () -> {
                    var map = read("/config/" + name + ".yaml", ConfigMap.class);
                    if (name.equals(ServingSettings.DOMAIN)) {
                        map.getData().put(domain, "");
                    }
                    map.getMetadata()
                            .setAnnotations(Map.of(
                                    ServingConfigMaps.CHECKSUM,
                                    ServingConfigMaps.checksum(map.getData().getOrDefault("_example", ""))));
                    create(map);
                })
                .toList());
    }

    /** The same for eventing. */
    void createEventingConfigMaps() {
        inParallel(EventingSettings.NAMES.stream()
                .<Runnable>map(name -> () -> create(read("/config/eventing/" + name + ".yaml", ConfigMap.class)))
                .toList());
    }

    private void create(HasMetadata object) {
        try {
            client.resource(object).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw new PlatformException(
                        "creating " + object.getKind() + " "
                                + object.getMetadata().getName() + ": " + e.getMessage(),
                        e);
            }
        }
    }

    private static <T> T read(String resource, Class<T> type) {
        try (var in = Installer.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new PlatformException("no " + resource + " in this build of Sluice");
            }
            return Serialization.unmarshal(in, type);
        } catch (IOException e) {
            throw new PlatformException("reading " + resource + ": " + e.getMessage(), e);
        }
    }

    /** Takes back what makes the API server ask us about objects: with nobody to answer, nothing of ours could be written. */
    void withdraw() {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withLabels(LABELS)
                .delete();
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withLabels(LABELS)
                .delete();
    }

    /** Templates for builds: our own, and those that Knative Build had; after the webhooks are there, which look at them. */
    void applyTemplates() {
        inParallel(TEMPLATES.stream()
                .<Runnable>map(name -> () -> apply(read("/templates/" + name + ".yaml", ClusterBuildTemplate.class)))
                .toList());
    }

    void apply(HasMetadata object) {
        try {
            client.resource(object).patch(APPLY);
        } catch (KubernetesClientException e) {
            throw new PlatformException(
                    "applying " + object.getKind() + " " + object.getMetadata().getName() + ": " + e.getMessage(), e);
        }
    }

    private static HasMetadata namespace(String name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(LABELS)
                .endMetadata()
                .build();
    }

    private static CustomResourceDefinition definition(Class<? extends HasMetadata> kind) {
        return read(
                "/crds/" + HasMetadata.getPlural(kind) + "." + HasMetadata.getGroup(kind) + ".yaml",
                CustomResourceDefinition.class);
    }

    private static void inParallel(List<Runnable> tasks) {
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("install-", 0).factory())) {
            var running = tasks.stream().<Future<?>>map(threads::submit).toList();
            for (var task : running) {
                task.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new PlatformException("installing: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("interrupted while installing", e);
        }
    }
}
