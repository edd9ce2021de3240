package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a bus is run and what its channels and subscriptions may set. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BusSpec(
        @Nullable Long generation,
        @Nullable Parameters parameters,
        @Nullable Container provisioner,
        @Nullable Container dispatcher,
        @Nullable List<Volume> volumes) {

    /** What channels and subscriptions of the bus may set. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Parameters(
            @Nullable List<Parameter> channel, @Nullable List<Parameter> subscription) {}
}
