package dev.sluice.buses.gcppubsub;

import com.google.api.gax.rpc.AlreadyExistsException;
import com.google.api.gax.rpc.NotFoundException;
import com.google.api.gax.rpc.PermissionDeniedException;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.ExpirationPolicy;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import dev.sluice.buses.bus.BusException;

/**
 * Makes and deletes topics and subscriptions by their full names. An account that may not make them can use those that are there. What
 * the service refuses is thrown as it comes.
 */
final class PubSubObjects {
    private final String bus;
    private final GcpPubSubLink link;

    PubSubObjects(String bus, GcpPubSubLink link) {
        this.bus = bus;
        this.link = link;
    }

    /** There is a topic of this name when it returns. */
    void declare(String topic) {
        try {
            var _ = link.publisher()
                    .createTopicCallable()
                    .call(Topic.newBuilder().setName(topic).build());
        } catch (AlreadyExistsException _) {
            // of before
        } catch (PermissionDeniedException e) {
            if (!isThere(topic)) {
                throw e;
            }
        }
    }

    /** Of an account that may not make topics. */
    private boolean isThere(String topic) {
        try {
            var _ = link.publisher()
                    .getTopicCallable()
                    .call(GetTopicRequest.newBuilder().setTopic(topic).build());
            return true;
        } catch (NotFoundException | PermissionDeniedException _) {
            return false;
        }
    }

    /**
     * There is such a subscription to the topic when it returns.
     *
     * @throws BusException when one of that name takes from another topic, as one does whose topic was deleted
     */
    void declare(String subscription, String topic) {
        try {
            var _ = link.subscriber()
                    .createSubscriptionCallable()
                    .call(Subscription.newBuilder()
                            .setName(subscription)
                            .setTopic(topic)
                            .setEnableMessageOrdering(true)
                            .setAckDeadlineSeconds(GcpPubSubFeed.DEADLINE_SECONDS)
                            .setExpirationPolicy(
                                    ExpirationPolicy.getDefaultInstance()) // never, else after a quiet month
                            .build());
        } catch (AlreadyExistsException _) {
            check(subscription, topic);
        } catch (PermissionDeniedException e) {
            try {
                check(subscription, topic);
            } catch (NotFoundException | PermissionDeniedException _) {
                throw e;
            }
        }
    }

    private void check(String subscription, String topic) {
        var there = link.subscriber()
                .getSubscriptionCallable()
                .call(GetSubscriptionRequest.newBuilder()
                        .setSubscription(subscription)
                        .build());
        if (!there.getTopic().equals(topic)) {
            throw new BusException(bus + ": " + subscription + " takes from " + there.getTopic() + " instead of "
                    + topic + "; delete it at Pub/Sub");
        }
    }

    void deleteTopic(String topic) {
        try {
            var _ = link.publisher()
                    .deleteTopicCallable()
                    .call(DeleteTopicRequest.newBuilder().setTopic(topic).build());
        } catch (NotFoundException _) {
            // somebody did
        }
    }

    void deleteSubscription(String subscription) {
        try {
            var _ = link.subscriber()
                    .deleteSubscriptionCallable()
                    .call(DeleteSubscriptionRequest.newBuilder()
                            .setSubscription(subscription)
                            .build());
        } catch (NotFoundException _) {
            // somebody did
        }
    }
}
