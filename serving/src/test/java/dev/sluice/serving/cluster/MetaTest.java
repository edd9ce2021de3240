package dev.sluice.serving.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetaTest {
    private static ConfigMap object(ObjectMeta metadata) {
        return new ConfigMapBuilder().withMetadata(metadata).build();
    }

    @Test
    void whatOthersAddedToAChildOutlivesItsUpdate() {
        var owner = object(new ObjectMeta());
        owner.getMetadata().setName("owner");
        owner.getMetadata().setUid("u");
        var existing = object(
                Meta.child("child", owner, Map.of("old", "label"), Map.of()).build());
        existing.getMetadata().setResourceVersion("7");
        existing.getMetadata().getFinalizers().add("example.com/kept");
        OwnerReference other = new OwnerReferenceBuilder()
                .withKind("Application")
                .withName("a")
                .withUid("v")
                .build();
        existing.getMetadata().getOwnerReferences().add(other);

        var metadata = Meta.replacing(
                existing,
                object(Meta.child("child", owner, Map.of("new", "label"), Map.of("new", "annotation"))
                        .build()));

        assertThat(metadata.getResourceVersion()).isEqualTo("7");
        assertThat(metadata.getFinalizers()).containsExactly("example.com/kept");
        assertThat(metadata.getOwnerReferences()).containsExactly(Meta.controller(owner), other);
        assertThat(metadata.getLabels()).isEqualTo(Map.of("new", "label"));
        assertThat(metadata.getAnnotations()).isEqualTo(Map.of("new", "annotation"));
    }
}
