package dev.sluice.api.serving;

/** Annotation keys of serving (spec/serving.md section 1.10); those of scaling are in {@code autoscaling}. */
public final class ServingAnnotations {
    public static final String GROUP = "serving.knative.dev";
    public static final String CREATOR = "serving.knative.dev/creator";
    public static final String LAST_MODIFIER = "serving.knative.dev/lastModifier";
    /** The Routes that refer to a Revision or Configuration, comma-separated. */
    public static final String ROUTES = "serving.knative.dev/routes";

    public static final String ROUTING_STATE_MODIFIED = "serving.knative.dev/routingStateModified";
    public static final String NO_GC = "serving.knative.dev/no-gc";
    public static final String ROLLOUT_DURATION = "serving.knative.dev/rollout-duration";
    public static final String ROLLOUT_DURATION_LEGACY = "serving.knative.dev/rolloutDuration";
    public static final String PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline";
    public static final String PROGRESS_DEADLINE_LEGACY = "serving.knative.dev/progressDeadline";
    /** On a Revision that failed, any new value starts it anew; in its status, the last one that did. */
    public static final String RETRY = "serving.sluice.dev/retry";

    public static final String FORCE_UPGRADE = "serving.knative.dev/forceUpgrade";

    public static final String QUEUE_SIDECAR = "queue.sidecar.serving.knative.dev/";
    public static final String FEATURES = "features.knative.dev/";
    public static final String HTTP_FULL_DUPLEX = "features.knative.dev/http-full-duplex";
    public static final String QUEUE_PROXY_POD_INFO = "features.knative.dev/queueproxy-podinfo";
    /** What kubectl keeps; never copied to children. */
    public static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private ServingAnnotations() {}
}
