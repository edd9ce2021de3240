package dev.sluice.app.platform;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Something that is made meanwhile. */
final class Later<T> {
    private final FutureTask<T> task;
    private final String name;

    private Later(String name, FutureTask<T> task) {
        this.name = name;
        this.task = task;
    }

    static <T> Later<T> of(String name, Supplier<T> making) {
        var later = new Later<>(name, new FutureTask<>(making::get));
        Thread.ofVirtual().name("start-" + name).start(later.task);
        return later;
    }

    T get() {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new PlatformException("starting " + name + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("interrupted while starting " + name, e);
        }
    }
}
