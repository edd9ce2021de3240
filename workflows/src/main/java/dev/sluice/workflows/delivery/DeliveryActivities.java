package dev.sluice.workflows.delivery;

import dev.sluice.model.delivery.DeliveryPolicy;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes attempts. */
@ActivityInterface(namePrefix = "Delivery.")
public interface DeliveryActivities {
    /** Type of the failure of a process that is ending and attempts nothing more: what became of the subscription it cannot say. */
    String STOPPING = "Stopping";

    /**
     * One attempt for each event. Heartbeats tell a {@link Report} of what is done so far. Fails with {@link #STOPPING} when nothing was
     * attempted.
     */
    @ActivityMethod
    Report attempt(Round round);

    /** Events of an ordered subscription do not wait any more: those behind them may be tried. Only a hint, which may be lost. */
    @ActivityMethod
    void settled(Subject subject, List<String> stamps);

    /** Events that are kept elsewhere under these claims are not needed any more; to be told until it has succeeded. */
    @ActivityMethod
    void release(Subject subject, List<String> claims);

    /** @param events with the number that this attempt has for each */
    record Round(Subject subject, List<Numbered> events) {
        public Round {
            events = new ArrayList<>(events);
        }
    }

    /** @param failure when not null the attempt is at the dead letter sink */
    record Numbered(int number, Parcel parcel, @Nullable Failure failure) {}

    /**
     * What became of them.
     *
     * @param gone the subscription does not exist any more, and nothing was attempted
     * @param policy of the subscription now
     * @param deadLetters whether the subscription has a dead letter sink now
     * @param paused somebody has paused the subscription: nothing was attempted, and nothing counts
     * @param untried stamps of those whose turn did not come; their attempts do not count
     */
    record Report(
            boolean gone,
            @Nullable DeliveryPolicy policy,
            List<Result> results,
            boolean deadLetters,
            boolean paused,
            List<String> untried) {
        // what older versions have written has no untried
        public Report(
                boolean gone,
                @Nullable DeliveryPolicy policy,
                List<Result> results,
                boolean deadLetters,
                boolean paused,
                @Nullable List<String> untried) {
            this.gone = gone;
            this.policy = policy;
            this.results = new ArrayList<>(results);
            this.deadLetters = deadLetters;
            this.paused = paused;
            this.untried = untried == null ? new ArrayList<>() : new ArrayList<>(untried);
        }

        public Report(boolean gone, @Nullable DeliveryPolicy policy, List<Result> results) {
            this(gone, policy, results, false, false, null);
        }
    }

    record Result(String stamp, Tried tried) {}
}
