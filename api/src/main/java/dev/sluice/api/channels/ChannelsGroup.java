package dev.sluice.api.channels;

import dev.sluice.api.admission.KindAdmission;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;

/** The group as a whole: its name, its kinds and their admissions. */
public final class ChannelsGroup {
    public static final String GROUP = "channels.knative.dev";
    public static final String VERSION = "v1alpha1";

    public static List<Class<? extends HasMetadata>> customResources() {
        return List.of(Bus.class, ClusterBus.class, Channel.class, Subscription.class);
    }

    public static List<KindAdmission> admissions() {
        return List.of(
                new BusAdmission("buses", "Bus", true),
                new BusAdmission("clusterbuses", "ClusterBus", false),
                new ChannelAdmission(),
                new SubscriptionAdmission());
    }

    static KindAdmission.Resource resource(String plural, String kind, boolean namespaced) {
        return new KindAdmission.Resource(GROUP, VERSION, plural, kind, namespaced, "webhook.eventing.knative.dev", "");
    }

    private ChannelsGroup() {}
}
