package dev.sluice.api.channels;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Channel names exactly one bus and keeps it. */
final class ChannelAdmission implements KindAdmission {
    @Override
    public Resource resource() {
        return ChannelsGroup.resource("channels", "Channel", true);
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        // nothing has a default
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var spec = object.path("spec");
        var bus = Immutable.text(spec.path("bus"));
        var clusterBus = Immutable.text(spec.path("clusterBus"));
        var errors = choice(bus, clusterBus).viaField("spec");
        return old == null
                ? errors
                : errors.also(Immutable.unchanged("ChannelSpec", old.path("spec"), spec, List.of("bus", "clusterBus")));
    }

    private static FieldErrors choice(String bus, String clusterBus) {
        if (bus.isEmpty() && clusterBus.isEmpty()) {
            return FieldErrors.missingOneOf("bus", "clusterBus");
        }
        if (!bus.isEmpty() && !clusterBus.isEmpty()) {
            return FieldErrors.multipleOneOf("bus", "clusterBus");
        }
        var field = bus.isEmpty() ? "clusterBus" : "bus";
        var name = bus.isEmpty() ? clusterBus : bus;
        var problems = Names.qualifiedName(name);
        return problems.isEmpty()
                ? FieldErrors.none()
                : FieldErrors.invalidKey(name, field, problems.toArray(String[]::new));
    }
}
