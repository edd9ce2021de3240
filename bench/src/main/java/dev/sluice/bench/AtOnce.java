package dev.sluice.bench;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Runs the same thing many times at the same moment. */
final class AtOnce {
    /** Something that may fail. */
    interface Task {
        void run() throws Exception;
    }

    /** Returns when all are done; the first failure is thrown. */
    static void run(int times, IntFunction<Task> task) throws InterruptedException {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = IntStream.range(0, times)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> {
                        start.await();
                        task.apply(i).run();
                        return null;
                    }))
                    .toList();
            start.countDown();
            for (var one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private AtOnce() {}
}
