package dev.sluice.serving.digest;

import dev.sluice.serving.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Resolves the images of revisions beside the work loop: most registries answer while it waits a moment, and one that does not
 * holds up nobody else.
 */
public final class PendingDigests implements AutoCloseable {
    /** {@link Digests#resolve}, which may take long. */
    @FunctionalInterface
    public interface Resolver {
        Digests.Result resolve(String namespace, PodSpec pod) throws InterruptedException;
    }

    private record Attempt(PodSpec pod, CompletableFuture<Digests.Result> result) {}

    private final Resolver resolver;
    private final Duration patience;
    private final Consumer<ObjectKey> onResult;
    private final Map<ObjectKey, Attempt> attempts = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("serving-digests-", 0).factory());

    /**
     * @param patience how long a call waits itself
     * @param onResult is told of a result that somebody did not wait for
     */
    public PendingDigests(Resolver resolver, Duration patience, Consumer<ObjectKey> onResult) {
        this.resolver = resolver;
        this.patience = patience;
        this.onResult = onResult;
    }

    /** Empty when it takes longer: the one who is told later asks again. A result is given once. */
    public Optional<Digests.Result> resolve(ObjectKey revision, PodSpec pod) throws InterruptedException {
        var attempt = attempts.compute(
                revision, (_, running) -> running != null && running.pod.equals(pod) ? running : begin(revision, pod));
        try {
            var result = attempt.result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            attempts.remove(revision, attempt);
            return Optional.of(result);
        } catch (TimeoutException _) {
            var _ = attempt.result.whenComplete((_, _) -> onResult.accept(revision));
            return Optional.empty();
        } catch (ExecutionException e) {
            attempts.remove(revision, attempt);
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("resolving digests of " + revision, e.getCause());
        }
    }

    /** What comes of an attempt does not matter any more. */
    public void forget(ObjectKey revision) {
        attempts.remove(revision);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Attempt begin(ObjectKey revision, PodSpec pod) {
        var result = new CompletableFuture<Digests.Result>();
        threads.execute(() -> {
            try {
                result.complete(resolver.resolve(revision.namespace(), pod));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // closing: nobody asks again
            } catch (RuntimeException e) { // is thrown where the result is taken
                result.completeExceptionally(e);
            }
        });
        return new Attempt(pod, result);
    }
}
