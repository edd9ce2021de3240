package dev.sluice.buses.recent;

/**
 * One thing that happened to an event.
 *
 * @param at the Broker or channel, the Trigger or Subscription, by its name
 * @param id of the producer, its beginning where it is very long
 * @param stamp empty where it has none yet
 * @param number of the attempt; 0 where it is none
 * @param status of the answer; 0 where there was none
 */
public record Step(
        long millis,
        What what,
        String namespace,
        String at,
        String id,
        String type,
        String source,
        String stamp,
        int number,
        int status,
        long tookMillis,
        String detail) {
    /** In words of people when it is told. */
    public enum What {
        ACCEPTED,
        FILTERED,
        DUPLICATE,
        DELIVERED,
        /** It is tried again, unless the policy says otherwise. */
        FAILED,
        REJECTED,
        /** Not tried: its subscriber fails in numbers. */
        WITHHELD,
        DEAD_LETTERED,
        DEAD_LETTER_FAILED
    }
}
