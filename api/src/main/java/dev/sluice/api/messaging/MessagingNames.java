package dev.sluice.api.messaging;

/** Annotations and labels of {@code messaging.knative.dev}. */
public final class MessagingNames {
    public static final String GROUP = "messaging.knative.dev";
    /** Annotation of a channel: the version of the subscribable shape it has. */
    public static final String SUBSCRIBABLE = "messaging.knative.dev/subscribable";
    /** Annotation of whose kind a namespaced dispatcher serves; Sluice has one dispatcher for all. */
    public static final String SCOPE = "eventing.knative.dev/scope";

    private MessagingNames() {}
}
