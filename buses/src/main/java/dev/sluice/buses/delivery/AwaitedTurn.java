package dev.sluice.buses.delivery;

import dev.sluice.buses.dispatch.Turns;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for one turn on a thread of its own, so that who wants it can tell of itself meanwhile and keeps its place in the queue all the same:
 * who asks anew is behind first attempts, each time. Whoever is done with waiting closes it; a turn that was given out is the
 * caller's.
 */
final class AwaitedTurn implements AutoCloseable {
    private final CompletableFuture<Optional<Turns.Turn>> came = new CompletableFuture<>();
    private final Thread waits;
    private boolean isGiven;

    AwaitedTurn(Turns turns, boolean isBig, Duration atMost) {
        waits = Thread.ofVirtual().name("turn").start(() -> await(turns, isBig, atMost));
    }

    private void await(Turns turns, boolean isBig, Duration atMost) {
        try {
            var turn = turns.retry(isBig, atMost);
            if (!came.complete(turn)) {
                turn.ifPresent(Turns.Turn::close); // it came all the same, and nobody wants it any more
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Empty when it has not come in this time, or does not come at all. */
    Optional<Turns.Turn> within(Duration time) throws InterruptedException {
        try {
            var turn = came.get(time.toNanos(), TimeUnit.NANOSECONDS);
            isGiven = true;
            return turn;
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a turn", e);
        }
    }

    @Override
    public void close() {
        if (isGiven) {
            return;
        }
        if (!came.complete(Optional.empty())) {
            came.join().ifPresent(Turns.Turn::close);
        }
        waits.interrupt();
    }
}
