package dev.sluice.buses.flow;

import dev.sluice.api.duck.Destination;
import dev.sluice.api.flows.BranchStatus;
import dev.sluice.api.flows.Parallel;
import dev.sluice.api.flows.ParallelBranch;
import dev.sluice.api.flows.ParallelSpec;
import dev.sluice.api.flows.ParallelStatus;
import dev.sluice.buses.address.Readiness;
import dev.sluice.buses.channel.Statuses;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A channel in front, and one for each branch. What a branch's filter answers is its event; without a filter every event is.
 *
 * <pre>
 *   address -> channel -+-> filter 0 -> channel 0 -> subscriber 0 -> reply
 *                       +-> channel 1 ------------> subscriber 1 -> reply
 * </pre>
 */
@ControllerConfiguration(name = "parallel")
public final class ParallelReconciler implements Reconciler<Parallel> {
    private final Clock clock;

    public ParallelReconciler(Clock clock) {
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Parallel>> prepareEventSources(EventSourceContext<Parallel> context) {
        return Children.of(Parallel.class, context);
    }

    @Override
    public UpdateControl<Parallel> reconcile(Parallel parallel, Context<Parallel> context) {
        var meta = parallel.getMetadata();
        var spec = parallel.getSpec();
        var before = parallel.getStatus();
        if (spec == null || spec.branches() == null || spec.channelTemplate() == null) {
            return UpdateControl.noUpdate();
        }
        var conditions = Children.conditions(before == null ? null : before.conditions(), clock);
        var parts = new Parts(context.getClient(), parallel, spec.channelTemplate(), conditions);
        var front = parts.channel(meta.getName() + "-kn-parallel");
        var branches = new ArrayList<BranchStatus>();
        for (int i = 0; i < spec.branches().size(); i++) {
            branches.add(branch(parts, meta.getName(), spec, spec.branches().get(i), i, front));
        }
        parts.finish();
        Children.addressable(front.address(), conditions);
        var status =
                new ParallelStatus(meta.getGeneration(), conditions.list(), front.status(), branches, front.address());
        return Statuses.write(
                parallel,
                before,
                status,
                new Parallel(),
                Readiness.of(conditions.list()).isTrue());
    }

    private static BranchStatus branch(
            Parts parts, String name, ParallelSpec spec, ParallelBranch branch, int i, Parts.MadeChannel front) {
        var channel = parts.channel(name + "-kn-parallel-" + i);
        var behind = Destination.of(channel.reference());
        var filtering = parts.subscription(
                name + "-kn-parallel-filter-" + i,
                front.reference(),
                branch.filter() == null ? behind : branch.filter(),
                branch.filter() == null ? null : behind,
                null);
        var delivering = parts.subscription(
                name + "-kn-parallel-" + i,
                channel.reference(),
                Objects.requireNonNull(branch.subscriber(), "subscriber"),
                branch.reply() == null ? spec.reply() : branch.reply(),
                branch.delivery());
        return new BranchStatus(filtering, channel.status(), delivering);
    }
}
