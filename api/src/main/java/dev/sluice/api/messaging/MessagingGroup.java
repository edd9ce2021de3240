package dev.sluice.api.messaging;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.eventing.config.EventingSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.function.Supplier;

/** The kinds of the group and their admissions. */
public final class MessagingGroup {
    public static List<Class<? extends HasMetadata>> customResources() {
        return List.of(Channel.class, InMemoryChannel.class, KafkaChannel.class, Subscription.class);
    }

    /** @param settings asked anew for every object */
    public static List<KindAdmission> admissions(Supplier<EventingSettings> settings) {
        return List.of(
                new ChannelAdmission(settings),
                BackingChannelAdmission.inMemory(settings),
                BackingChannelAdmission.kafka(settings),
                new SubscriptionAdmission(settings));
    }

    private MessagingGroup() {}
}
