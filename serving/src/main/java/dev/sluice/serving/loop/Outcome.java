package dev.sluice.serving.loop;

import java.time.Duration;

/** What a run asks for when it has not failed. */
public sealed interface Outcome {
    /** Nothing until something changes. */
    record Done() implements Outcome {}

    /** Another look after this time, or sooner when something changes. */
    record Again(Duration after) implements Outcome {}

    static Outcome done() {
        return new Done();
    }

    static Outcome again(Duration after) {
        return new Again(after);
    }
}
