package dev.sluice.buses.kafka;

/**
 * From where a consumer group goes on. A cluster forgets offsets after a time, so that it has none does not say that the subscription is
 * new: Sluice remembers that.
 */
enum Beginning {
    /** With the next event. */
    END,
    /** With the oldest event that there is. */
    EVERYTHING,
    WHERE_IT_WAS;

    /**
     * @param begun a subscription that is not new
     * @param hasOffsets of any partition: one without them is newer than the group, which begins at its beginning
     */
    static Beginning of(boolean begun, boolean hasOffsets) {
        if (hasOffsets) {
            return WHERE_IT_WAS;
        }
        return begun ? EVERYTHING : END;
    }
}
