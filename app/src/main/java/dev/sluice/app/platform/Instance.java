package dev.sluice.app.platform;

import dev.sluice.app.control.ControlServer;
import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.InstanceLock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** One process that is the platform: from the lock on its state folder until a signal. */
public final class Instance {
    /**
     * Starts everything, says so, and returns when the process has been told to stop and everything is closed.
     *
     * @return the exit code
     */
    public static int run(PlatformOptions options, Function<Platform, ControlServer.Verbs> verbs)
            throws InterruptedException {
        var state = options.state().create();
        var lock = InstanceLock.take(state)
                .orElseThrow(() -> new PlatformException("an instance runs already with the state folder "
                        + state.root()
                        + InstanceLock.holder(state)
                                .map(holder -> " (process " + holder.pid() + ")")
                                .orElse("")));
        Logging.of(state.log());
        InstanceFile.delete(state);
        var starter = Thread.currentThread();
        var starting = new AtomicBoolean(true);
        var stop = new StopSignal(() -> {
            if (starting.getAndSet(false)) {
                starter.interrupt();
            }
        });
        long began = System.nanoTime();
        try (lock;
                var platform = Platform.start(options);
                var _ = ControlServer.start(state.socket(), verbs.apply(platform))) {
            starting.set(false);
            platform.instance().file(Instant.now()).write(state);
            platform.instance().story((System.nanoTime() - began) / 1_000_000).forEach(options.progress());
            TrainingRun.ready();
            stop.await();
            options.progress().accept("Stopping.");
            InstanceFile.delete(state);
        } finally {
            InstanceFile.delete(state);
            stop.closed();
        }
        return 0;
    }

    private Instance() {}
}
