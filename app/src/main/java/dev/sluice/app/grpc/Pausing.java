package dev.sluice.app.grpc;

import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.protos.v1.SubscriberRequest;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** Pauses and resumes what takes events, by the annotation that its reconciler follows. */
final class Pausing {
    private final SubscriberObjects subscribers;

    Pausing(SubscriberObjects subscribers) {
        this.subscribers = subscribers;
    }

    /** @return false when it was so already */
    boolean set(SubscriberRequest request, boolean paused) {
        var found = subscribers.toPatch(request);
        if (DeliveryAnnotations.paused(found.object().getMetadata().getAnnotations()) == paused) {
            return false;
        }
        var value = paused ? "\"true\"" : "null";
        found.resource()
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"" + DeliveryAnnotations.PAUSED + "\":" + value + "}}}");
        return true;
    }
}
