package dev.sluice.buses.control;

import dev.sluice.api.channels.ClusterBus;
import dev.sluice.buses.connection.BusConnections;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Clock;
import java.util.Objects;

/** Says of a ClusterBus whether Sluice runs it. */
@ControllerConfiguration(name = "clusterbus")
final class ClusterBusReconciler implements Reconciler<ClusterBus> {
    private final BusConnections connections;
    private final Clock clock;

    ClusterBusReconciler(BusConnections connections, Clock clock) {
        this.connections = connections;
        this.clock = clock;
    }

    @Override
    public UpdateControl<ClusterBus> reconcile(ClusterBus bus, Context<ClusterBus> context) {
        var meta = bus.getMetadata();
        var status = Buses.reconcile(
                meta.getName(), bus, bus.getSpec(), bus.getStatus(), connections, context.getClient(), clock.instant());
        if (Objects.equals(status, bus.getStatus())) {
            return UpdateControl.<ClusterBus>noUpdate().rescheduleAfter(Buses.again(status));
        }
        var patch = new ClusterBus();
        patch.setMetadata(new ObjectMetaBuilder().withName(meta.getName()).build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch).rescheduleAfter(Buses.again(status));
    }
}
