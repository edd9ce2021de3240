package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Every object of one kind as last seen, and who is told when one changes. Its objects belong to everybody: never change one. */
public final class Cache<T extends HasMetadata> implements AutoCloseable {
    private final SharedIndexInformer<T> informer;

    Cache(SharedIndexInformer<T> informer, Map<String, Function<T, List<String>>> indexes) {
        this.informer = informer;
        if (!indexes.isEmpty()) {
            informer.addIndexers(indexes);
        }
    }

    public Optional<T> get(ObjectKey key) {
        return Optional.ofNullable(informer.getStore().getByKey(key.toString()));
    }

    public Optional<T> get(String namespace, String name) {
        return get(new ObjectKey(namespace, name));
    }

    public List<T> all() {
        return informer.getStore().list();
    }

    public List<T> by(String index, String value) {
        return informer.getIndexer().byIndex(index, value);
    }

    /** Calls {@code listener} with every object that is added, changed (as it is now) or gone (as it was). */
    public void onChange(Consumer<T> listener) {
        onChange(listener, listener);
    }

    /** As {@link #onChange(Consumer)}, where {@code ofStatus} is called for what has no other change than in its status. */
    public void onChange(Consumer<T> listener, Consumer<T> ofStatus) {
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {
                listener.accept(object);
            }

            @Override
            public void onUpdate(T before, T now) {
                (Meta.sameButStatus(before, now) ? ofStatus : listener).accept(now);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                listener.accept(object);
            }
        });
    }

    CompletableFuture<Void> start() {
        return informer.start().toCompletableFuture();
    }

    @Override
    public void close() {
        informer.stop();
    }
}
