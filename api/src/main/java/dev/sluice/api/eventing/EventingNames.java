package dev.sluice.api.eventing;

/** Annotations and labels of {@code eventing.knative.dev}. */
public final class EventingNames {
    public static final String GROUP = "eventing.knative.dev";
    public static final String BROKER_CLASS = "eventing.knative.dev/broker.class";
    /** Label of a Trigger: its Broker. */
    public static final String BROKER = "eventing.knative.dev/broker";

    /** Annotation of a Trigger: a JSON reference to what must be Ready first. */
    public static final String DEPENDENCY = "knative.dev/dependency";

    public static final String INJECTION = "eventing.knative.dev/injection";

    private EventingNames() {}
}
