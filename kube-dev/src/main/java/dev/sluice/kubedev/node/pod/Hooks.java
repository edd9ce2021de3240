package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.LifecycleHandler;
import java.time.Duration;
import java.util.Optional;

/** The hooks of a container's life. */
final class Hooks {

    private Hooks() {}

    /** Runs the hook to its end, or to the given time; tells why it failed, if it did. */
    static Optional<String> run(LifecycleHandler hook, ProbeAction action, Duration atMost) {
        int millis = (int) Math.min(Integer.MAX_VALUE, atMost.toMillis());
        try {
            if (hook.getSleep() != null) {
                Thread.sleep(Math.min(millis, 1000 * hook.getSleep().getSeconds()));
                return Optional.empty();
            }
            ProbeAction.Outcome outcome;
            if (hook.getExec() != null) {
                outcome = action.execute(hook.getExec(), millis);
            } else if (hook.getHttpGet() != null) {
                outcome = action.get(hook.getHttpGet(), millis);
            } else {
                return Optional.empty();
            }
            return outcome.ok() ? Optional.empty() : Optional.of(outcome.output());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
