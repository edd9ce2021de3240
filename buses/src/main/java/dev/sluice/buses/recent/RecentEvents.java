package dev.sluice.buses.recent;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.send.Attempt;
import dev.sluice.model.delivery.Verdict;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last steps of all events, for who asks what became of one that never failed. A ring of a fixed length: noting a step is one number
 * and one reference, and takes the place of the oldest. For any number of threads.
 */
public final class RecentEvents {
    /** Of a text that a producer chose. */
    private static final int LONGEST = 256;

    private final Clock clock;
    private final AtomicLong next = new AtomicLong();
    private final @Nullable AtomicReferenceArray<@Nullable Step> ring;

    /** @param steps 0 notes nothing */
    public RecentEvents(int steps, Clock clock) {
        this.ring = steps == 0 ? null : new AtomicReferenceArray<>(steps);
        this.clock = clock;
    }

    /** @param name of the Broker or channel */
    public void accepted(String namespace, String name, List<EventMessage> events) {
        for (var event : events) {
            note(Step.What.ACCEPTED, namespace, name, event, "", 0, 0, 0, "");
        }
    }

    /** Something that is no attempt. */
    public void noted(Step.What what, SubscriptionSettings to, EventMessage event, String stamp) {
        note(what, to.namespace(), to.name(), event, stamp, 0, 0, 0, "");
    }

    public void tried(SubscriptionSettings to, EventMessage event, String stamp, int number, Attempt attempt) {
        var what = switch (attempt.verdict()) {
            case DELIVERED -> Step.What.DELIVERED;
            case RETRY -> Step.What.FAILED;
            case REJECTED -> Step.What.REJECTED;
        };
        note(to, event, stamp, number, what, attempt);
    }

    public void deadLetter(SubscriptionSettings to, EventMessage event, String stamp, int number, Attempt attempt) {
        var what = attempt.verdict() == Verdict.DELIVERED ? Step.What.DEAD_LETTERED : Step.What.DEAD_LETTER_FAILED;
        note(to, event, stamp, number, what, attempt);
    }

    private void note(
            SubscriptionSettings to, EventMessage event, String stamp, int number, Step.What what, Attempt attempt) {
        long took = attempt.took().toMillis();
        note(what, to.namespace(), to.name(), event, stamp, number, attempt.status(), took, attempt.detail());
    }

    private void note(
            Step.What what,
            String namespace,
            String at,
            EventMessage event,
            String stamp,
            int number,
            int status,
            long took,
            String detail) {
        var steps = ring;
        if (steps == null) {
            return;
        }
        var step = new Step(
                clock.millis(),
                what,
                namespace,
                at,
                begin(event.id()),
                begin(event.type()),
                begin(event.source()),
                stamp,
                number,
                status,
                took,
                begin(detail));
        steps.setRelease((int) (next.getAndIncrement() % steps.length()), step);
    }

    private static String begin(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** The steps of events of this id, the oldest first. */
    public List<Step> of(String namespace, String id) {
        var steps = ring;
        if (steps == null) {
            return List.of();
        }
        var wanted = begin(id);
        var found = new ArrayList<Step>();
        for (int i = 0; i < steps.length(); i++) {
            var step = steps.getAcquire(i);
            if (step != null && step.id().equals(wanted) && step.namespace().equals(namespace)) {
                found.add(step);
            }
        }
        found.sort(Comparator.comparingLong(Step::millis).thenComparing(Step::what));
        return found;
    }
}
