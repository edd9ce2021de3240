package dev.sluice.serving.service;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.cluster.Meta;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/** What a new Revision carries: its template's labels and annotations, and where it comes from; nothing of the Configuration's own. */
final class RevisionMetadata {
    static ObjectMeta of(Configuration configuration, String name, Instant now) {
        var template = configuration.getSpec().template();
        var labels = new TreeMap<>(template == null ? Map.of() : template.labels());
        labels.put(ServingLabels.CONFIGURATION, configuration.getMetadata().getName());
        labels.put(ServingLabels.CONFIGURATION_UID, configuration.getMetadata().getUid());
        labels.put(ServingLabels.CONFIGURATION_GENERATION, Long.toString(Meta.generation(configuration)));
        labels.put(ServingLabels.ROUTING_STATE, ServingLabels.STATE_PENDING);
        for (var key : new String[] {ServingLabels.SERVICE, ServingLabels.SERVICE_UID}) {
            var value = Meta.label(configuration, key);
            if (!value.isEmpty()) {
                labels.put(key, value);
            }
        }
        var annotations = new TreeMap<>(template == null ? Map.of() : template.annotations());
        var owner = Meta.annotations(configuration);
        var creator = owner.getOrDefault(
                ServingAnnotations.LAST_MODIFIER, owner.getOrDefault(ServingAnnotations.CREATOR, ""));
        if (!creator.isEmpty()) {
            annotations.put(ServingAnnotations.CREATOR, creator);
        }
        annotations.put(
                ServingAnnotations.ROUTING_STATE_MODIFIED,
                now.truncatedTo(ChronoUnit.SECONDS).toString());
        return Meta.child(name, configuration, labels, annotations).build();
    }

    private RevisionMetadata() {}
}
