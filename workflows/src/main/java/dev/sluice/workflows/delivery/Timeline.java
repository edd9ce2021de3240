package dev.sluice.workflows.delivery;

import java.util.ArrayList;
import java.util.List;

/** What happened to the events of one workflow, without their data. */
public record Timeline(String namespace, String subscription, List<Event> events) {
    public Timeline {
        events = new ArrayList<>(events);
    }

    /**
     * @param attempts all of them, the inline one included; {@code tried} keeps the newest only
     * @param nextAttemptMillis 0 unless it is waiting
     */
    public record Event(
            String stamp,
            String type,
            String source,
            String id,
            Phase phase,
            int attempts,
            long nextAttemptMillis,
            List<Tried> tried) {
        public Event {
            tried = new ArrayList<>(tried);
        }
    }
}
