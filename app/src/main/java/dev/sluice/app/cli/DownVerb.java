package dev.sluice.app.cli;

import dev.sluice.app.state.InstanceLock;
import dev.sluice.app.state.StateDir;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends the instance and waits for its end. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stop the instance; its state stays and the next 'up' continues.")
final class DownVerb implements LocalVerb {
    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Then it is killed (default: ${DEFAULT-VALUE}).")
    int timeout = 120;

    @Override
    public int run(Here here) throws InterruptedException {
        var state = StateDir.of(null, here.env());
        var holder = InstanceLock.holder(state);
        if (holder.isEmpty()) {
            throw new VerbException("no instance runs with the state folder " + state.root());
        }
        var process = holder.get();
        process.destroy();
        try {
            process.onExit().get(timeout, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            here.err().println("sluice: no end within " + timeout + " s; killing process " + process.pid());
            process.destroyForcibly();
            process.onExit().join();
        } catch (ExecutionException e) {
            throw new VerbException("waiting for process " + process.pid() + ": " + e.getCause());
        }
        here.out().println("Stopped.");
        return 0;
    }
}
