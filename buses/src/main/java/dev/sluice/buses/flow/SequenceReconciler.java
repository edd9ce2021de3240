package dev.sluice.buses.flow;

import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.flows.ChildStatus;
import dev.sluice.api.flows.Sequence;
import dev.sluice.api.flows.SequenceStatus;
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
import org.jspecify.annotations.Nullable;

/**
 * A channel in front of each step, and a Subscription from it to the step, whose answers go to the next channel.
 *
 * <pre>
 *   address -> channel 0 -> step 0 -> channel 1 -> step 1 ... -> reply
 * </pre>
 */
@ControllerConfiguration(name = "sequence")
public final class SequenceReconciler implements Reconciler<Sequence> {
    private final Clock clock;

    public SequenceReconciler(Clock clock) {
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Sequence>> prepareEventSources(EventSourceContext<Sequence> context) {
        return Children.of(Sequence.class, context);
    }

    @Override
    public UpdateControl<Sequence> reconcile(Sequence sequence, Context<Sequence> context) {
        var meta = sequence.getMetadata();
        var spec = sequence.getSpec();
        var before = sequence.getStatus();
        if (spec == null || spec.steps() == null || spec.channelTemplate() == null) {
            return UpdateControl.noUpdate();
        }
        var conditions = Children.conditions(before == null ? null : before.conditions(), clock);
        var parts = new Parts(context.getClient(), sequence, spec.channelTemplate(), conditions);
        var channels = new ArrayList<Parts.MadeChannel>();
        for (int i = 0; i < spec.steps().size(); i++) {
            channels.add(parts.channel(name(meta.getName(), i)));
        }
        var subscriptions = new ArrayList<ChildStatus>();
        for (int i = 0; i < spec.steps().size(); i++) {
            var step = spec.steps().get(i);
            var reply =
                    i + 1 < channels.size() ? Destination.of(channels.get(i + 1).reference()) : spec.reply();
            subscriptions.add(parts.subscription(
                    name(meta.getName(), i), channels.get(i).reference(), step.destination(), reply, step.delivery()));
        }
        parts.finish();
        var address = channels.isEmpty() ? null : channels.getFirst().address();
        Children.addressable(address, conditions);
        var status = new SequenceStatus(
                meta.getGeneration(),
                conditions.list(),
                subscriptions,
                channels.stream().map(Parts.MadeChannel::status).toList(),
                address);
        return write(sequence, before, status, conditions);
    }

    private static UpdateControl<Sequence> write(
            Sequence sequence, @Nullable SequenceStatus before, SequenceStatus status, ConditionSet conditions) {
        return Statuses.write(
                sequence,
                before,
                status,
                new Sequence(),
                Readiness.of(conditions.list()).isTrue());
    }

    private static String name(String sequence, int step) {
        return sequence + "-kn-sequence-" + step;
    }
}
