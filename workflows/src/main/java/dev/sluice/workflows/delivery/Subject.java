package dev.sluice.workflows.delivery;

import dev.sluice.model.delivery.DeliveryPolicy;

/**
 * The subscription a workflow delivers for, and the policy it had at the hand-over or at the last attempt.
 *
 * @param deadLetters whether it has a dead letter sink
 * @param ordered whether the dispatcher holds back what comes after its events, and is told when they are settled
 */
public record Subject(
        String namespace,
        String subscription,
        String uid,
        DeliveryPolicy policy,
        boolean deadLetters,
        boolean ordered) {
    /** In no order. */
    public Subject(String namespace, String subscription, String uid, DeliveryPolicy policy, boolean deadLetters) {
        this(namespace, subscription, uid, policy, deadLetters, false);
    }

    /** Without a dead letter sink. */
    public Subject(String namespace, String subscription, String uid, DeliveryPolicy policy) {
        this(namespace, subscription, uid, policy, false, false);
    }
}
