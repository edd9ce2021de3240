package dev.sluice.buses.gcppubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.pubsub.v1.AcknowledgeRequest;
import dev.sluice.buses.bus.BusException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Those of one subscription: one request at a time, with all that came meanwhile. As many as the feed gives, at most. */
final class Acknowledgements {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final GcpPubSubLink link;
    private final String subscription;
    // guarded by this
    private List<One> waiting = new ArrayList<>();
    private boolean sending;

    private record One(String ackId, CompletableFuture<Void> done) {}

    Acknowledgements(GcpPubSubLink link, String subscription) {
        this.link = link;
        this.subscription = subscription;
    }

    /** Completes when the service has taken note. */
    CompletableFuture<Void> add(String ackId) {
        var one = new One(ackId, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(one);
            if (sending) {
                return one.done;
            }
            sending = true;
        }
        Thread.ofVirtual().name("acknowledge " + subscription).start(this::send);
        return one.done;
    }

    private synchronized List<One> next() {
        var next = waiting;
        waiting = new ArrayList<>();
        sending = !next.isEmpty();
        notifyAll();
        return next;
    }

    /** For those that are under way, a while. */
    synchronized void await() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (long left = PATIENCE.toMillis();
                    sending && left > 0;
                    left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
                wait(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void send() {
        for (var batch = next(); !batch.isEmpty(); batch = next()) {
            send(batch);
        }
    }

    private void send(List<One> batch) {
        try {
            var _ = link.subscriber()
                    .acknowledgeCallable()
                    .call(AcknowledgeRequest.newBuilder()
                            .setSubscription(subscription)
                            .addAllAckIds(batch.stream().map(One::ackId).toList())
                            .build());
            batch.forEach(one -> one.done.complete(null));
        } catch (ApiException e) {
            if (e.getStatusCode().getCode() == Code.INVALID_ARGUMENT && batch.size() > 1) {
                batch.forEach(
                        one -> send(List.of(one))); // one that the service does not know shall not fail the others
                return;
            }
            fail(batch, e);
        } catch (RuntimeException | Error e) { // as of a client that is closed
            fail(batch, e);
        }
    }

    private void fail(List<One> batch, Throwable e) {
        var problem = new BusException("acknowledging events of " + subscription + "; they come again", e);
        batch.forEach(one -> one.done.completeExceptionally(problem));
    }
}
