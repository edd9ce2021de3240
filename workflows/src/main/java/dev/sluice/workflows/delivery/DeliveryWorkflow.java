package dev.sluice.workflows.delivery;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.ArrayList;
import java.util.List;

/** Delivers a batch of events that failed at first, until each is delivered, dropped by a person, or without a subscription. */
@WorkflowInterface
public interface DeliveryWorkflow {
    String TYPE = "Delivery";

    @WorkflowMethod(name = TYPE)
    Timeline deliver(DeliveryState state);

    /** Takes the events it does not have yet, and those that a rewind gives again: a hand-over that is repeated changes nothing. */
    @SignalMethod
    void add(Batch batch);

    /** The subscriber seems to be back: what waits is tried now. */
    @SignalMethod
    void poke();

    /** Tries parked events again, with a fresh count of retries. No stamps means all; returns how many. */
    @UpdateMethod
    int replay(Chosen chosen);

    @UpdateValidatorMethod(updateName = "replay")
    void mayReplay(Chosen chosen);

    /** Gives up events that wait or are parked. No stamps means all that are parked; returns how many. */
    @UpdateMethod
    int drop(Chosen chosen);

    @UpdateValidatorMethod(updateName = "drop")
    void mayDrop(Chosen chosen);

    @QueryMethod
    Timeline timeline();

    /** @param rewoundMillis what was settled before then begins anew; 0 when the subscription was never given again what it had */
    record Batch(List<Undelivered> events, long rewoundMillis) {
        public Batch {
            events = new ArrayList<>(events);
        }

        /** Of a subscription that was never given again what it had. */
        public Batch(List<Undelivered> events) {
            this(events, 0);
        }
    }

    record Chosen(List<String> stamps) {
        public Chosen {
            stamps = new ArrayList<>(stamps);
        }
    }
}
