package dev.sluice.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;

/** A JVM to be killed: starts a child of each kind of guard, prints their process ids and waits. */
final class ForkingProgram {

    private ForkingProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        // Not from this thread, which may end: the children must outlive the one that asked for them.
        var asking = Thread.ofVirtual().start(() -> {
            var byKernel = Spawner.start("kernel", System::getenv);
            var byShell = Spawner.withWatchdogShell("shell");
            long first =
                    byKernel.spawn(new ProcessBuilder("/bin/sleep", "1000")).pid();
            var second = byShell.spawn(new ProcessBuilder("/bin/sh", "-c", "echo $$; exec sleep 1001"));
            try (var reader = second.inputReader()) {
                System.out.println(first + " " + reader.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        asking.join();
        new CountDownLatch(1).await();
    }
}
