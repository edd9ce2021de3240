package dev.sluice.buses.config;

import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.eventing.config.UnusableConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ConfigMaps say; before it is started, what holds without any. One that cannot be used leaves what it said before, and an
 * error in the log.
 */
public final class LiveEventingSettings implements Supplier<EventingSettings>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveEventingSettings.class);

    private final KubernetesClient client;
    private volatile EventingSettings settings = EventingSettings.upstream();
    private @Nullable SharedIndexInformer<ConfigMap> informer;

    public LiveEventingSettings(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public EventingSettings get() {
        return settings;
    }

    /** Returns when what is there has been read. */
    public synchronized void start() {
        var started = client.configMaps()
                .inNamespace(EventingSettings.NAMESPACE)
                .runnableInformer(0)
                .addEventHandler(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(ConfigMap map) {
                        read(map.getMetadata().getName(), map.getData());
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap now) {
                        read(now.getMetadata().getName(), now.getData());
                    }

                    @Override
                    public void onDelete(ConfigMap map, boolean unknown) {
                        read(map.getMetadata().getName(), Map.of());
                    }
                });
        informer = started;
        started.start().toCompletableFuture().join();
        started.getStore().list().forEach(map -> read(map.getMetadata().getName(), map.getData()));
    }

    private synchronized void read(String name, @Nullable Map<String, String> data) {
        try {
            var before = settings.unsupported();
            settings = settings.with(name, Objects.requireNonNullElse(data, Map.of()));
            settings.unsupported().stream()
                    .filter(flag -> !before.contains(flag))
                    .forEach(flag -> LOG.atWarn()
                            .addKeyValue("name", name)
                            .addKeyValue("flag", flag)
                            .log("a flag has no effect"));
        } catch (UnusableConfig problem) {
            LOG.atError()
                    .addKeyValue("name", name)
                    .addKeyValue("problem", problem.getMessage())
                    .log("a ConfigMap cannot be used; what it said before holds");
        }
    }

    @Override
    public synchronized void close() {
        if (informer != null) {
            informer.stop();
        }
    }
}
