package dev.sluice.workflows.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a run starts from: the subject, and after a continue-as-new everything the run before knew. */
public record DeliveryState(Subject subject, List<Item> items) {
    public DeliveryState {
        items = new ArrayList<>(items);
    }

    public static DeliveryState of(Subject subject) {
        return new DeliveryState(subject, List.of());
    }

    /**
     * One event and its story so far.
     *
     * @param parcel null once it is settled: its data is not needed any more
     * @param spared attempts that do not count against the policy: those before the last replay, or at the subscriber when
     *     the dead letter sink is tried
     * @param failure not null once the subscriber is given up on, and the attempts are at the dead letter sink
     */
    public record Item(
            String stamp,
            String type,
            String source,
            String id,
            @Nullable Parcel parcel,
            Phase phase,
            int attempts,
            int spared,
            long nextAttemptMillis,
            List<Tried> tried,
            @Nullable Failure failure) {
        public Item {
            tried = new ArrayList<>(tried);
        }

        Item withTried(List<Tried> kept) {
            return new Item(stamp, type, source, id, parcel, phase, attempts, spared, nextAttemptMillis, kept, failure);
        }
    }
}
