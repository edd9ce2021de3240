package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.temporal.failure.ApplicationFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The Builds of namespaces in which builds wait: each namespace is watched once, for all that wait there. */
final class WatchedBuilds {
    private final KubernetesClient client;
    /** Guarded by this. */
    private final Map<String, Watched> namespaces = new HashMap<>();

    WatchedBuilds(KubernetesClient client) {
        this.client = client;
    }

    private record Watched(SharedIndexInformer<Build> builds, Set<Semaphore> waiting) {}

    /** To be closed by the one who waits. */
    synchronized Seen open(String namespace) {
        var watched = namespaces.get(namespace);
        if (watched == null || !watched.builds().isRunning()) {
            Set<Semaphore> waiting = ConcurrentHashMap.newKeySet();
            watched = new Watched(
                    client.resources(Build.class).inNamespace(namespace).inform(new Changes(waiting)), waiting);
            namespaces.put(namespace, watched);
        }
        var changed = new Semaphore(0);
        watched.waiting().add(changed);
        return new Seen(namespace, watched, changed);
    }

    private synchronized void close(Seen seen) {
        var watched = seen.watched;
        watched.waiting().remove(seen.changed);
        if (watched.waiting().isEmpty()) {
            watched.builds().close();
            namespaces.remove(seen.namespace, watched);
        }
    }

    /** What one that waits sees of its namespace. */
    final class Seen implements AutoCloseable {
        private final String namespace;
        private final Watched watched;
        private final Semaphore changed;

        private Seen(String namespace, Watched watched, Semaphore changed) {
            this.namespace = namespace;
            this.watched = watched;
            this.changed = changed;
        }

        List<Build> all() {
            return watched.builds().getStore().list();
        }

        /** Whether some Build came, began, ended or went. */
        boolean awaitChange(int seconds) throws InterruptedException {
            if (!watched.builds().isRunning()) {
                throw ApplicationFailure.newFailure("the Builds of " + namespace + " are not watched", "WatchEnded");
            }
            boolean news = changed.tryAcquire(seconds, TimeUnit.SECONDS);
            changed.drainPermits();
            return news;
        }

        @Override
        public void close() {
            WatchedBuilds.this.close(this);
        }
    }

    private record Changes(Set<Semaphore> waiting) implements ResourceEventHandler<Build> {
        private void tell() {
            waiting.forEach(Semaphore::release);
        }

        @Override
        public void onAdd(Build build) {
            tell();
        }

        @Override
        public void onUpdate(Build old, Build build) {
            if (old.getStatus().done() != build.getStatus().done()
                    || Turns.started(old) != Turns.started(build)
                    || !Objects.equals(
                            old.getSpec().concurrency(), build.getSpec().concurrency())) {
                tell();
            }
        }

        @Override
        public void onDelete(Build build, boolean finalStateUnknown) {
            tell();
        }
    }
}
