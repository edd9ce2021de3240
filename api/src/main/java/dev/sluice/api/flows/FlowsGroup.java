package dev.sluice.api.flows;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.eventing.config.EventingSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.function.Supplier;

/** The kinds of the group and their admissions. */
public final class FlowsGroup {
    public static List<Class<? extends HasMetadata>> customResources() {
        return List.of(Sequence.class, Parallel.class);
    }

    /** @param settings asked anew for every object */
    public static List<KindAdmission> admissions(Supplier<EventingSettings> settings) {
        return List.of(FlowAdmission.sequence(settings), FlowAdmission.parallel(settings));
    }

    private FlowsGroup() {}
}
