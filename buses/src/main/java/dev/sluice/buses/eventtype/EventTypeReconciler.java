package dev.sluice.buses.eventtype;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.eventing.EventType;
import dev.sluice.api.eventing.EventTypeStatus;
import dev.sluice.buses.address.DestinationResolver;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says whether what an EventType refers to is there. One without a reference is Ready: it says what may come, from wherever. */
@ControllerConfiguration(name = "eventtype")
public final class EventTypeReconciler implements Reconciler<EventType> {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration LOOK_SOMETIMES = Duration.ofMinutes(2);

    private final DestinationResolver resolver;
    private final Clock clock;

    public EventTypeReconciler(DestinationResolver resolver, Clock clock) {
        this.resolver = resolver;
        this.clock = clock;
    }

    @Override
    public UpdateControl<EventType> reconcile(EventType type, Context<EventType> context) {
        var meta = type.getMetadata();
        var before = type.getStatus();
        var conditions = new ConditionSet(
                "Ready", List.of("ReferenceExists"), before == null ? null : before.conditions(), clock.instant());
        var reference = reference(type);
        if (reference == null) {
            conditions.markTrue("ReferenceExists", "ReferenceNotSet", "spec.reference is not set");
        } else if (resolver.find(reference, meta.getNamespace()).isPresent()) {
            conditions.markTrue("ReferenceExists");
        } else {
            conditions.markFalse(
                    "ReferenceExists", "ResourceDoesNotExist", "Resource in spec.reference does not exist");
        }
        var wait = conditions.status("Ready").equals("True") ? LOOK_SOMETIMES : LOOK_AGAIN;
        var status = new EventTypeStatus(meta.getGeneration(), conditions.list());
        if (Objects.equals(status, before)) {
            return UpdateControl.<EventType>noUpdate().rescheduleAfter(wait);
        }
        var patch = new EventType();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(meta.getName())
                .withNamespace(meta.getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch).rescheduleAfter(wait);
    }

    private static @Nullable KReference reference(EventType type) {
        var spec = type.getSpec();
        if (spec == null) {
            return null;
        }
        if (spec.reference() != null
                && !Objects.requireNonNullElse(spec.reference().name(), "").isEmpty()) {
            return spec.reference();
        }
        return spec.broker() == null || spec.broker().isEmpty()
                ? null
                : KReference.of("eventing.knative.dev/v1", "Broker", null, spec.broker());
    }
}
