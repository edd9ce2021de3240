package dev.sluice.buses.control;

import dev.sluice.api.channels.Bus;
import dev.sluice.buses.connection.BusConnections;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Clock;
import java.util.Objects;

/** Says of a Bus whether Sluice runs it. There is nothing to run for the stub: it is part of Sluice. */
@ControllerConfiguration(name = "bus")
final class BusReconciler implements Reconciler<Bus> {
    private final BusConnections connections;
    private final Clock clock;

    BusReconciler(BusConnections connections, Clock clock) {
        this.connections = connections;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Bus> reconcile(Bus bus, Context<Bus> context) {
        var meta = bus.getMetadata();
        var status = Buses.reconcile(
                Buses.connection(meta.getNamespace(), meta.getName()),
                bus,
                bus.getSpec(),
                bus.getStatus(),
                connections,
                context.getClient(),
                clock.instant());
        if (Objects.equals(status, bus.getStatus())) {
            return UpdateControl.<Bus>noUpdate().rescheduleAfter(Buses.again(status));
        }
        var patch = new Bus();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(meta.getName())
                .withNamespace(meta.getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch).rescheduleAfter(Buses.again(status));
    }
}
