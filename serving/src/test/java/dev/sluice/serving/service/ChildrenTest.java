package dev.sluice.serving.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.serving.cluster.Meta;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildrenTest {
    private static final KnativeService SERVICE = Serialization.unmarshal("""
            apiVersion: serving.knative.dev/v1
            kind: Service
            metadata: {name: app, namespace: ns, uid: u}
            spec: {template: {spec: {containers: [{image: one}]}}}
            """, KnativeService.class);

    @Test
    void aNewConfigurationSaysWhichRouteWillLeadToIt() {
        assertThat(Meta.annotations(Children.configuration(SERVICE, null)))
                .containsEntry(ServingAnnotations.ROUTES, "app");
    }

    /** The Route writes there too: who wants another value than it does undoes its work, and it does it again. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{serving.knative.dev/routes: ''}", "{serving.knative.dev/routes: 'b,a'}"})
    void whichRoutesLeadToAConfigurationThatIsThereIsNotItsServicesToSay(String annotations) {
        var existing = Serialization.unmarshal("""
                apiVersion: serving.knative.dev/v1
                kind: Configuration
                metadata: {name: app, namespace: ns, annotations: %s}
                """.formatted(annotations), Configuration.class);
        assertThat(Meta.annotations(Children.configuration(SERVICE, existing))).isEqualTo(Meta.annotations(existing));
    }
}
