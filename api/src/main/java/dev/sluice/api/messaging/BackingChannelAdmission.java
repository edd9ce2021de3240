package dev.sluice.api.messaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.Changes;
import dev.sluice.api.duck.DeliveryRules;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import dev.sluice.model.time.IsoPeriod;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An InMemoryChannel or KafkaChannel: each subscriber has somewhere to send to. Anybody who may write the channel may write its
 * subscribers, as the conformance of channels asks; Knative's own in-memory one lets only its controller.
 */
final class BackingChannelAdmission extends EventingKind {
    private final boolean kafka;

    private BackingChannelAdmission(
            String version, String plural, String kind, boolean kafka, Supplier<EventingSettings> settings) {
        super(MessagingNames.GROUP, version, plural, kind, settings);
        this.kafka = kafka;
    }

    static BackingChannelAdmission inMemory(Supplier<EventingSettings> settings) {
        return new BackingChannelAdmission("v1", "inmemorychannels", "InMemoryChannel", false, settings);
    }

    static BackingChannelAdmission kafka(Supplier<EventingSettings> settings) {
        return new BackingChannelAdmission("v1beta1", "kafkachannels", "KafkaChannel", true, settings);
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var annotations = annotations(object);
        if (Json.text(annotations, MessagingNames.SUBSCRIBABLE).isEmpty()) {
            annotations.put(MessagingNames.SUBSCRIBABLE, "v1");
        }
        var spec = Json.child(object, "spec");
        if (kafka) {
            if (Json.number(spec, "numPartitions") == 0) {
                spec.put("numPartitions", 1);
            }
            if (Json.number(spec, "replicationFactor") == 0) {
                spec.put("replicationFactor", 1);
            }
            if (Json.text(spec, "retentionDuration").isEmpty()) {
                spec.put("retentionDuration", "PT168H");
            }
        }
        DeliveryRules.fill(spec, namespace(object));
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var spec = Json.object(object, "spec");
        var errors = subscribers(spec).also(DeliveryRules.validate(spec, namespace(object), settings.delivery()));
        if (kafka) {
            errors = errors.also(topic(spec));
        }
        errors = errors.viaField("spec");
        var scope = Json.texts(Json.object(object, "metadata"), "annotations").get(MessagingNames.SCOPE);
        if (!kafka && scope != null && !scope.equals("cluster") && !scope.equals("namespace")) {
            errors = errors.also(FieldErrors.detailed(
                    "invalid value: " + scope,
                    "expected either 'cluster' or 'namespace'",
                    "metadata.annotations.[" + MessagingNames.SCOPE + "]"));
        }
        if (kafka && old != null) {
            for (var field : new String[] {"numPartitions", "replicationFactor", "retentionDuration"}) {
                errors = errors.also(Changes.refuse(old.at("/spec/" + field), spec.path(field), "spec", field));
            }
        }
        return errors;
    }

    private static FieldErrors subscribers(ObjectNode spec) {
        var errors = FieldErrors.none();
        var subscribers = Json.list(spec, "subscribers");
        for (int i = 0; i < subscribers.size(); i++) {
            var subscriber = subscribers.get(i);
            if (Json.text(subscriber, "subscriberUri").isEmpty()
                    && Json.text(subscriber, "replyUri").isEmpty()) {
                errors = errors.also(FieldErrors.detailed(
                                "missing field(s)", "expected at least one of, got none", "replyURI", "subscriberURI")
                        .viaField("subscriber[" + i + "]")
                        .viaField("subscribable"));
            }
        }
        return errors;
    }

    private static FieldErrors topic(ObjectNode spec) {
        var errors = FieldErrors.none();
        for (var field : new String[] {"numPartitions", "replicationFactor"}) {
            if (Json.number(spec, field) <= 0) {
                errors = errors.also(FieldErrors.invalid(Json.number(spec, field), field));
            }
        }
        var retention = Json.text(spec, "retentionDuration");
        return IsoPeriod.parse(retention).isPresent()
                ? errors
                : errors.also(FieldErrors.invalid(retention, "retentionDuration"));
    }
}
