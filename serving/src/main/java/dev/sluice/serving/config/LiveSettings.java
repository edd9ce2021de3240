package dev.sluice.serving.config;

import dev.sluice.api.serving.config.ConfigProblem;
import dev.sluice.api.serving.config.ServingConfigMaps;
import dev.sluice.api.serving.config.ServingSettings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ConfigMaps say, followed while they change; before it is started, what holds without any. A ConfigMap that cannot be
 * used, which admission lets nobody write, leaves what was said before.
 */
public final class LiveSettings implements Supplier<ServingSettings>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

    private final KubernetesClient client;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile ServingSettings settings;
    private @Nullable SharedIndexInformer<ConfigMap> informer;

    public LiveSettings(KubernetesClient client, ServingSettings.Place place) {
        this.client = client;
        this.settings = ServingSettings.of(place);
    }

    @Override
    public ServingSettings get() {
        return settings;
    }

    /** Called after every change, on the thread that brought the news. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Returns when what is there has been read. */
    public synchronized void start() {
        var started = client.configMaps()
                .inNamespace(ServingConfigMaps.NAMESPACE)
                .runnableInformer(0)
                .addEventHandler(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(ConfigMap map) {
                        read(map);
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap now) {
                        read(now);
                    }

                    @Override
                    public void onDelete(ConfigMap map, boolean unknown) {
                        change(map, current -> current.without(map.getMetadata().getName()));
                    }
                });
        informer = started;
        started.start().toCompletableFuture().join();
        started.getStore().list().forEach(this::read); // its events may come later than its being ready
    }

    @Override
    public synchronized void close() {
        if (informer != null) {
            informer.stop();
        }
    }

    private void read(ConfigMap map) {
        Map<String, String> data = Objects.requireNonNullElse(map.getData(), Map.of());
        change(map, current -> current.with(map.getMetadata().getName(), data));
    }

    private void change(ConfigMap map, UnaryOperator<ServingSettings> change) {
        try {
            synchronized (listeners) {
                var before = settings;
                settings = change.apply(before);
                if (settings.equals(before)) {
                    return;
                }
            }
        } catch (ConfigProblem problem) {
            LOG.atError()
                    .addKeyValue("name", map.getMetadata().getName())
                    .addKeyValue("problem", problem.getMessage())
                    .log("a ConfigMap cannot be used; what it said before holds");
            return;
        }
        LOG.atInfo().addKeyValue("name", map.getMetadata().getName()).log("settings changed");
        listeners.forEach(Runnable::run);
    }
}
