package dev.sluice.buses.channel;

import dev.sluice.api.messaging.KafkaChannel;
import dev.sluice.api.messaging.KafkaChannelSpec;
import dev.sluice.api.messaging.Subscription;
import dev.sluice.buses.address.Readiness;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A KafkaChannel is carried by the ClusterBus named {@code kafka}. */
@ControllerConfiguration(name = "kafkachannel")
public final class KafkaChannelReconciler implements Reconciler<KafkaChannel>, Cleaner<KafkaChannel> {
    private static final BackingChannels.Conditions CONDITIONS =
            new BackingChannels.Conditions(List.of("ConfigurationReady", "TopicReady"), List.of("ChannelServiceReady"));

    private final BackingChannels channels;

    public KafkaChannelReconciler(BackingChannels channels) {
        this.channels = channels;
    }

    @Override
    public List<EventSource<?, KafkaChannel>> prepareEventSources(EventSourceContext<KafkaChannel> context) {
        return List.of(Subscriptions.of(Subscription.class, KafkaChannel.class, context));
    }

    @Override
    public UpdateControl<KafkaChannel> reconcile(KafkaChannel channel, Context<KafkaChannel> context) {
        var spec = channel.getSpec() == null ? new KafkaChannelSpec(null, null, null, null, null) : channel.getSpec();
        var status = channels.reconcile(
                new BackingChannels.Given(
                        channel,
                        "kafka",
                        arguments(channel, spec),
                        spec.subscribers(),
                        spec.delivery(),
                        channel.getStatus()),
                CONDITIONS,
                context.getClient());
        return Statuses.write(
                channel,
                channel.getStatus(),
                status,
                new KafkaChannel(),
                Readiness.of(status.conditions()).isTrue());
    }

    /** In the words of the bus's parameters. */
    private static Map<String, String> arguments(KafkaChannel channel, KafkaChannelSpec spec) {
        var meta = channel.getMetadata();
        var arguments = new HashMap<String, String>();
        arguments.put("Topic", "knative-messaging-kafka." + meta.getNamespace() + "." + meta.getName());
        if (spec.numPartitions() != null) {
            arguments.put("NumPartitions", spec.numPartitions().toString());
        }
        if (spec.replicationFactor() != null) {
            arguments.put("ReplicationFactor", spec.replicationFactor().toString());
        }
        if (spec.retentionDuration() != null) {
            arguments.put("Retention", spec.retentionDuration());
        }
        return arguments;
    }

    @Override
    public DeleteControl cleanup(KafkaChannel channel, Context<KafkaChannel> context) {
        channels.remove(channel);
        return DeleteControl.defaultDelete();
    }
}
