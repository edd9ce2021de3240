package dev.sluice.buses.channel;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes a status where it has changed, and looks again later: what references lead to is of kinds that nobody here watches. */
public final class Statuses {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration LOOK_SOMETIMES = Duration.ofMinutes(2);

    /** @param empty a new object of the kind */
    public static <T, P extends CustomResource<?, T>> UpdateControl<P> write(
            P object, @Nullable T before, T status, P empty, boolean ready) {
        UpdateControl<P> control;
        if (Objects.equals(status, before)) {
            control = UpdateControl.noUpdate();
        } else {
            empty.setMetadata(new ObjectMetaBuilder()
                    .withName(object.getMetadata().getName())
                    .withNamespace(object.getMetadata().getNamespace())
                    .build());
            empty.setStatus(status);
            control = UpdateControl.patchStatus(empty);
        }
        return control.rescheduleAfter(ready ? LOOK_SOMETIMES : LOOK_AGAIN);
    }

    private Statuses() {}
}
