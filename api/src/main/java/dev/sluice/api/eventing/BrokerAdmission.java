package dev.sluice.api.eventing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.Changes;
import dev.sluice.api.duck.DeliveryRules;
import dev.sluice.api.duck.DestinationRules;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A Broker has a class and keeps it, and its configuration; deliveries may change. */
final class BrokerAdmission extends EventingKind {
    BrokerAdmission(Supplier<EventingSettings> settings) {
        super(EventingNames.GROUP, "v1", "brokers", "Broker", settings);
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var namespace = namespace(object);
        var annotations = annotations(object);
        if (Json.text(annotations, EventingNames.BROKER_CLASS).isEmpty()) {
            annotations.put(EventingNames.BROKER_CLASS, settings.brokers().brokerClass(namespace));
        }
        var brokerClass = Json.text(annotations, EventingNames.BROKER_CLASS);
        var spec = Json.child(object, "spec");
        if (!Json.has(spec, "config")) {
            var config = settings.brokers().config(namespace, brokerClass);
            if (!config.isEmpty()) {
                spec.set("config", config);
            }
        }
        if (Json.has(spec, "config")
                && Json.text(Json.object(spec, "config"), "namespace").isEmpty()) {
            Json.child(spec, "config").put("namespace", namespace);
        }
        if (!Json.has(spec, "delivery")) {
            var delivery = settings.brokers().delivery(namespace, brokerClass);
            if (delivery.isObject()) {
                spec.set("delivery", delivery);
            }
        }
        DeliveryRules.fill(spec, namespace);
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var spec = Json.object(object, "spec");
        var errors = DeliveryRules.validate(spec, "", settings.delivery());
        if (Json.has(spec, "config")) {
            errors = errors.also(
                    DestinationRules.reference(Json.object(spec, "config"), "").viaField("config"));
        }
        errors = errors.viaField("spec");
        var pointer = "/metadata/annotations/" + EventingNames.BROKER_CLASS.replace("/", "~1");
        if (object.at(pointer).asText("").isEmpty()) {
            errors = errors.also(FieldErrors.missing(EventingNames.BROKER_CLASS));
        }
        if (old != null) {
            var otherClass = Changes.refuse(old.at(pointer), object.at(pointer), "annotations");
            // another class is given another configuration, which nobody asked to change
            errors = errors.also(
                    otherClass.isEmpty()
                            ? Changes.refuse(old.at("/spec/config"), object.at("/spec/config"), "spec", "config")
                            : otherClass);
        }
        return errors;
    }
}
