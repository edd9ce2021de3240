package dev.sluice.workflows.delivery;

import dev.sluice.model.delivery.DeliveryPolicy;

/**
 * The subscription a workflow delivers for, and the policy it had at the hand-over or at the last attempt.
 *
 * @param deadLetters whether it has a dead letter sink
 */
public record Subject(String namespace, String subscription, String uid, DeliveryPolicy policy, boolean deadLetters) {
    /** Without a dead letter sink. */
    public Subject(String namespace, String subscription, String uid, DeliveryPolicy policy) {
        this(namespace, subscription, uid, policy, false);
    }
}
