package dev.sluice.buses.broker;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.eventing.Broker;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a Broker says of itself, in the words of its class: Knative's own class has conditions of a channel, its Kafka Broker those of a topic
 * and a data plane (spec: eventing 1.3).
 */
final class BrokerConditions {
    private static final String CHANNEL = "TriggerChannelReady";
    private static final String PARSED = "ConfigParsed";
    private static final String TOPIC = "TopicReady";
    private static final String PROBED = "ProbeSucceeded";
    private static final List<String> EVERY = List.of("Addressable", "DeadLetterSinkResolved", "EventPoliciesReady");
    private static final List<String> OF_A_CHANNEL = List.of("IngressReady", CHANNEL, "FilterReady");
    private static final List<String> OF_KAFKA =
            List.of("DataPlaneAvailable", "ConfigMapUpdated", PARSED, TOPIC, PROBED);

    private final boolean kafka;
    private final ConditionSet conditions;

    BrokerConditions(Broker broker, @Nullable List<Condition> before, Instant now) {
        this.kafka = BrokerClass.isKafka(broker);
        this.conditions = new ConditionSet(
                "Ready",
                Stream.concat(EVERY.stream(), (kafka ? OF_KAFKA : OF_A_CHANNEL).stream())
                        .toList(),
                before,
                now);
        // an earlier version said of each class what Knative says of its own
        (kafka ? OF_A_CHANNEL : OF_KAFKA).forEach(conditions::remove);
        if (kafka) {
            conditions.markTrue("DataPlaneAvailable");
            conditions.markTrue("ConfigMapUpdated");
        } else {
            conditions.markTrue("IngressReady");
            conditions.markTrue("FilterReady");
        }
        conditions.markTrue("EventPoliciesReady");
    }

    /** @param ignored why its configuration would not make a new Broker; empty when it would */
    void carried(String ignored) {
        var configured = kafka ? PARSED : CHANNEL;
        if (ignored.isEmpty()) {
            conditions.markTrue(configured);
        } else { // an earlier version has made the topic without asking, or somebody has deleted what was asked
            conditions.markTrue(configured, "ConfigurationIgnored", ignored);
        }
        if (kafka) {
            conditions.markTrue(TOPIC);
            conditions.markTrue(PROBED);
        }
        conditions.markTrue("Addressable");
    }

    /** @param configured its configuration says which bus, which then does not carry it */
    void notCarried(boolean configured, String problem) {
        if (!kafka) {
            conditions.markFalse(CHANNEL, "ChannelFailure", problem);
        } else if (configured) {
            conditions.markTrue(PARSED);
            conditions.markFalse(TOPIC, "TopicFailure", problem);
        } else {
            conditions.markUnknown(TOPIC, "NotConfigured", "the configuration does not say what topic");
            conditions.markFalse(PARSED, "ConfigurationFailure", problem);
        }
        if (kafka) {
            conditions.markUnknown(PROBED, "NotAddressable", "the bus does not carry the Broker");
        }
        conditions.markUnknown("Addressable", "NotAddressable", "the bus does not carry the Broker");
    }

    ConditionSet all() {
        return conditions;
    }
}
