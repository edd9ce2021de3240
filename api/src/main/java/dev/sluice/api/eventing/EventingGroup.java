package dev.sluice.api.eventing;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.admission.KindConversion;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.model.filter.Filter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The kinds of the group and their admissions. */
public final class EventingGroup {
    public static List<Class<? extends HasMetadata>> customResources() {
        return List.of(Broker.class, Trigger.class, EventType.class);
    }

    /** Versions beside the storage version. */
    public static List<Class<? extends HasMetadata>> otherVersions() {
        return List.of(EventTypeBeta1.class, EventTypeBeta3.class);
    }

    public static List<KindConversion> conversions() {
        return List.of(new EventTypeConversion());
    }

    /**
     * @param settings asked anew for every object
     * @param expressions parses CESQL; throws {@link IllegalArgumentException} with what is wrong
     */
    public static List<KindAdmission> admissions(
            Supplier<EventingSettings> settings, Function<String, Filter.Expression> expressions) {
        return List.of(
                new BrokerAdmission(settings),
                new TriggerAdmission(settings, expressions),
                new EventTypeAdmission("v1beta1", settings),
                new EventTypeAdmission("v1beta2", settings),
                new EventTypeAdmission("v1beta3", settings));
    }

    private EventingGroup() {}
}
