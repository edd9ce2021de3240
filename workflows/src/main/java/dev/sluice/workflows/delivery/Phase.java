package dev.sluice.workflows.delivery;

/** Where an event of a delivery stands. */
public enum Phase {
    WAITING,
    /** Given up on by the policy, by the dead letter sink too where there is one; kept until a person replays or drops it. */
    PARKED,
    DELIVERED,
    /** Its dead letter sink has it. */
    DEAD_LETTERED,
    /** By a person. */
    DROPPED,
    /** Its subscription was deleted. */
    ORPHANED;

    /** Nothing more is attempted, unless a person asks for it. */
    public boolean settled() {
        return this != WAITING;
    }

    boolean open() {
        return this == WAITING || this == PARKED;
    }
}
