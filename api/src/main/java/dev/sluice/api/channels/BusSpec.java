package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a bus is run and what its channels and subscriptions may set. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BusSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("What channels and subscriptions of this bus may set.") @Nullable
        Parameters parameters,

        @JsonPropertyDescription("The container that provisions channels. Without effect: Sluice does that itself.")
        @Nullable
        Container provisioner,

        @JsonPropertyDescription(
                "The container that delivers events. Sluice does that itself: the image tells the kind of bus, the environment its settings.")
        @Nullable
        Container dispatcher,

        @JsonPropertyDescription("Volumes that both containers may mount.") @Nullable
        List<Volume> volumes) {

    /** What channels and subscriptions of the bus may set. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Parameters(
            @JsonPropertyDescription("Parameters that a Channel of the bus may give.") @Nullable
            List<Parameter> channel,

            @JsonPropertyDescription("Parameters that a Subscription on the bus may give.") @Nullable
            List<Parameter> subscription) {}
}
