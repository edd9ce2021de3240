package dev.sluice.buses.delivery;

import dev.sluice.buses.dispatch.Searchable;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.delivery.DeliveryWorkflow;

/** Queries over Temporal's visibility store. Names of Kubernetes objects need no quoting beyond the quotes. */
final class Visibility {
    static String all(String namespace) {
        var type = "WorkflowType='" + DeliveryWorkflow.TYPE + "'";
        return namespace.isEmpty() ? type : type + " AND " + Wire.NAMESPACE.getName() + "='" + safe(namespace) + "'";
    }

    static String open(String namespace, String subscription) {
        return all(namespace) + " AND " + Wire.NAME.getName() + "='" + safe(subscription)
                + "' AND ExecutionStatus='Running'";
    }

    static String withEvent(String namespace, String eventId) {
        if (eventId.contains("'") || eventId.contains("\\")) {
            throw new IllegalArgumentException("an event id with quotes cannot be searched for: " + eventId);
        }
        return all(namespace) + " AND " + Wire.EVENT_ID.getName() + "='" + Searchable.word(eventId) + "'";
    }

    private static String safe(String name) {
        if (!name.matches("[-.a-zA-Z0-9]*")) {
            throw new IllegalArgumentException("not the name of a Kubernetes object: " + name);
        }
        return name;
    }

    private Visibility() {}
}
