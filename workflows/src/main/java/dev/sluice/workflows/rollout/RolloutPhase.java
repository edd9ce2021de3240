package dev.sluice.workflows.rollout;

/** Where a rollout is. */
public enum RolloutPhase {
    /** Requests move step by step. */
    PROGRESSING("Progressing"),
    /** Held by a person. */
    PAUSED("Paused"),
    /** Taken back; the Route says that it failed. */
    ABORTED("Aborted"),
    /** Taken back, or left, on purpose; the Route is well. */
    ROLLED_BACK("RolledBack"),
    COMPLETED("Completed");

    private final String label;

    RolloutPhase(String label) {
        this.label = label;
    }

    /** As it stands in the Route's status. */
    public String label() {
        return label;
    }

    public boolean open() {
        return this == PROGRESSING || this == PAUSED;
    }
}
