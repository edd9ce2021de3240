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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The Builds of namespaces in which builds wait: each namespace is watched once, for all that wait there. */
final class WatchedBuilds {
    private final KubernetesClient client;
    /** Guarded by this. */
    private final Map<String, Watched> namespaces = new HashMap<>();

    WatchedBuilds(KubernetesClient client) {
        this.client = client;
    }

    /** @param listed done when the store holds what there is, or failed */
    private record Watched(
            SharedIndexInformer<Build> builds, Set<Semaphore> waiting, CompletableFuture<@Nullable Void> listed) {
        boolean over() {
            return listed.isCompletedExceptionally() || (listed.isDone() && !builds.isRunning());
        }
    }

    /** To be closed by the one who waits. Asks the API server for nothing that it would have to wait for: see {@link Seen#awaitList}. */
    Seen open(String namespace) {
        var changed = new Semaphore(0);
        Watched watched;
        boolean first;
        synchronized (this) {
            var known = namespaces.get(namespace);
            first = known == null || known.over();
            watched = known == null || first ? unstarted(namespace) : known;
            namespaces.put(namespace, watched);
            watched.waiting().add(changed);
        }
        if (first) {
            start(watched);
        }
        return new Seen(namespace, watched, changed);
    }

    private Watched unstarted(String namespace) {
        Set<Semaphore> waiting = ConcurrentHashMap.newKeySet();
        var builds = client.resources(Build.class).inNamespace(namespace).runnableInformer(0);
        builds.addEventHandler(new Changes(waiting));
        return new Watched(builds, waiting, new CompletableFuture<>());
    }

    private static void start(Watched watched) {
        try {
            var _ = watched.builds().start().whenComplete((_, failure) -> {
                if (failure == null) {
                    watched.listed().complete(null);
                } else {
                    watched.listed().completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) { // told to all that wait for the list
            watched.listed().completeExceptionally(e);
        }
    }

    private void close(Seen seen) {
        var watched = seen.watched;
        synchronized (this) {
            watched.waiting().remove(seen.changed);
            if (!watched.waiting().isEmpty()) {
                return;
            }
            namespaces.remove(seen.namespace, watched);
        }
        watched.builds().close();
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

        /** Whether {@link #all} can be asked. */
        boolean awaitList(int seconds) throws InterruptedException {
            try {
                watched.listed().get(seconds, TimeUnit.SECONDS);
                return true;
            } catch (TimeoutException _) {
                return false;
            } catch (ExecutionException e) {
                throw ApplicationFailure.newFailureWithCause(
                        "the Builds of " + namespace + " could not be listed", "WatchEnded", e.getCause());
            }
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
            return changed.drainPermits() > 0 || news; // one may have come just after the time was over
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
