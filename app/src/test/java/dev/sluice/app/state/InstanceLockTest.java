package dev.sluice.app.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void isTakenAlthoughOthersLookWhoHoldsIt() throws Exception {
        var state = StateDir.of(folder, System::getenv).create();
        InstanceLock.take(state).orElseThrow().close();
        var done = new AtomicBoolean();
        try (var threads = Executors.newFixedThreadPool(1)) {
            var looking = threads.submit(() -> {
                while (!done.get()) {
                    InstanceLock.holder(state);
                }
            });
            for (int i = 0; i < 200; i++) {
                var lock = InstanceLock.take(state);
                assertThat(lock).isPresent();
                lock.get().close();
            }
            done.set(true);
            looking.get();
        }
    }
}
