package dev.sluice.model.delivery;

/** What an answer to a delivered event means (spec: Knative Eventing data plane, "Event Delivery", response codes). */
public enum Verdict {
    /** The recipient has it. */
    DELIVERED,
    /** Not now, perhaps later. */
    RETRY,
    /** Never: trying again would not change the answer. */
    REJECTED;

    /** @param status 0 stands for no answer at all */
    public static Verdict of(int status) {
        if (status >= 200 && status < 300) {
            return DELIVERED;
        }
        return switch (status) {
            case 404, 408, 409, 429 -> RETRY;
            default -> status >= 100 && status < 500 ? REJECTED : RETRY;
        };
    }

    /** A 202 may have a body, which must not be taken for a reply. */
    public static boolean mayCarryReply(int status) {
        return of(status) == DELIVERED && status != 202;
    }
}
