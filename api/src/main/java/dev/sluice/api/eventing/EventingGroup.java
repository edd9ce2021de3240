package dev.sluice.api.eventing;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.model.filter.Filter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The kinds of the group and their admissions. */
public final class EventingGroup {
    public static List<Class<? extends HasMetadata>> customResources() {
        return List.of(Broker.class, Trigger.class);
    }

    /**
     * @param settings asked anew for every object
     * @param expressions parses CESQL; throws {@link IllegalArgumentException} with what is wrong
     */
    public static List<KindAdmission> admissions(
            Supplier<EventingSettings> settings, Function<String, Filter.Expression> expressions) {
        return List.of(new BrokerAdmission(settings), new TriggerAdmission(settings, expressions));
    }

    private EventingGroup() {}
}
