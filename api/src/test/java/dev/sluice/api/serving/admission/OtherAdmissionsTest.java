package dev.sluice.api.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.serving.config.ServingSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherAdmissionsTest {
    private static final String REVISION = """
            metadata:
              name: r
            spec:
              containerConcurrency: 2
              containers:
              - image: busybox
                resources:
                  requests:
                    cpu: 100m
            """;

    @Test
    void aRevisionNeverChanges() {
        var old = Admit.json(REVISION);
        Admit.create(of("Revision"), old);
        var edited = old.toString()
                .replace("busybox", "helloworld")
                .replace("100m", "50m")
                .replace("\"containerConcurrency\":2", "\"containerConcurrency\":1,\"serviceAccountName\":\"foobar\"");

        assertThat(Admit.update(of("Revision"), old, Admit.json(edited))).isEqualTo("""
                Immutable fields changed (-old +new): spec
                {v1.RevisionSpec}.PodSpec.Containers[0].Image:
                \t-: "busybox"
                \t+: "helloworld"
                {v1.RevisionSpec}.PodSpec.Containers[0].Resources.Requests["cpu"]:
                \t-: "100m"
                \t+: "50m"
                {v1.RevisionSpec}.PodSpec.ServiceAccountName:
                \t-: ""
                \t+: "foobar"
                *{v1.RevisionSpec}.ContainerConcurrency:
                \t-: "2"
                \t+: "1"
                """);
    }

    @Test
    void aRevisionsAnnotationsDo() {
        var old = Admit.json(REVISION);
        Admit.create(of("Revision"), old);
        var edited = old.deepCopy();
        edited.withObject("/metadata").withObject("/annotations").put("autoscaling.knative.dev/min-scale", "2");

        assertThat(Admit.update(of("Revision"), old, edited)).isEmpty();
    }

    @Test
    void aRevisionsConfigurationOwnsIt() {
        var stray = Admit.json(REVISION.replace("  name: r\n", """
                  name: r
                  labels: {serving.knative.dev/configuration: c}
                """));

        assertThat(Admit.create(of("Revision"), stray))
                .isEqualTo("missing field(s): metadata.labels.serving.knative.dev/configuration");
    }

    @Test
    void aRouteSaysWhereItGoes() {
        var route = Admit.json("{metadata: {name: r}, spec: {traffic: [{percent: 100}]}}");

        assertThat(Admit.create(of("Route"), route))
                .isEqualTo("expected exactly one, got neither: "
                        + "spec.traffic[0].configurationName, spec.traffic[0].revisionName");
    }

    @Test
    void aRouteMayFloatOnAConfiguration() {
        var route = Admit.json("{metadata: {name: r}, spec: {traffic: [{percent: 100, configurationName: c}]}}");

        assertThat(Admit.create(of("Route"), route)).isEmpty();
        assertThat(route.at("/spec/traffic/0/latestRevision").booleanValue()).isTrue();
    }

    @Test
    void whatAControllerMadeIsNotStamped() {
        var owned = Admit.json("""
                metadata:
                  name: c
                  ownerReferences: [{kind: Service, name: c}]
                spec: {template: {spec: {containers: [{image: a/b}]}}}
                """);

        assertThat(Admit.create(of("Configuration"), owned)).isEmpty();
        assertThat(MetadataRules.annotations(owned)).isEmpty();
    }

    @Test
    void aPodAutoscalerKnowsItsClassAndMetric() {
        var scaler = Admit.json("{metadata: {name: p}, spec: {reachability: Reachable}}");

        assertThat(Admit.create(of("PodAutoscaler"), scaler))
                .isEqualTo("missing field(s): spec.scaleTargetRef.apiVersion, spec.scaleTargetRef.kind, "
                        + "spec.scaleTargetRef.name");
        assertThat(MetadataRules.annotations(scaler))
                .containsEntry("autoscaling.knative.dev/class", "kpa.autoscaling.knative.dev")
                .containsEntry("autoscaling.knative.dev/metric", "concurrency");
    }

    @Test
    void containersAreCalledAsTheTemplateSays() {
        var settings = ServingSettings.of(new ServingSettings.Place("localhost", "cluster.local", Duration.ZERO))
                .with(
                        "config-defaults",
                        Map.of(
                                "container-name-template",
                                "{{.Name}}",
                                "init-container-name-template",
                                "{{ .Namespace }}-i"));
        var admissions = ServingAdmissions.all(settings::admission);
        for (var version : new String[] {"v1", "v1alpha1"}) {
            var service = Admit.json("""
                    metadata: {name: app, namespace: ns}
                    spec: {template: {spec: {containers: [{image: a/b}], initContainers: [{image: a/c}]}}}
                    """);
            admissions.stream()
                    .filter(admission -> admission.resource().kind().equals("Service")
                            && admission.resource().version().equals(version))
                    .forEach(admission -> Admit.create(admission, service));
            assertThat(service.at("/spec/template/spec/containers/0/name").asText())
                    .isEqualTo("app");
            assertThat(service.at("/spec/template/spec/initContainers/0/name").asText())
                    .isEqualTo("ns-i");
        }
        var unnamed = Admit.json("""
                metadata: {generateName: app-}
                spec: {template: {spec: {containers: [{image: a/b}]}}}
                """);
        Admit.create(admissions.getFirst(), unnamed);
        assertThat(unnamed.at("/spec/template/spec/containers/0/name").asText()).isEqualTo("user-container");
    }

    @Test
    void aPodAutoscalerWithoutAClassGetsThatOfTheConfiguration() {
        var settings = ServingSettings.of(new ServingSettings.Place("localhost", "cluster.local", Duration.ZERO))
                .with("config-autoscaler", Map.of("pod-autoscaler-class", "hpa.autoscaling.knative.dev"));
        var scaler = Admit.json("{metadata: {name: p}, spec: {}}");

        Admit.create(new PodAutoscalerAdmission(settings::admission), scaler);
        assertThat(MetadataRules.annotations(scaler))
                .containsEntry("autoscaling.knative.dev/class", "hpa.autoscaling.knative.dev")
                .containsEntry("autoscaling.knative.dev/metric", "cpu");
    }

    @ParameterizedTest
    @CsvSource({"Enabled, ''", "redirected, ''", "https, invalid value: https: %s", "'', invalid value: : %s"})
    void whatBecomesOfPlainHttpIsOneOfTwoThings(String value, String error) {
        var metadata = "metadata: {name: a, namespace: n, annotations: {networking.knative.dev/http-protocol: '" + value
                + "'}}, spec: ";
        var wanted = error.formatted("metadata.annotations.networking.knative.dev/http-protocol");
        assertThat(Admit.create(
                        of("DomainMapping"),
                        Admit.json("{" + metadata
                                + "{ref: {kind: Service, name: app, apiVersion: serving.knative.dev/v1}}}")))
                .isEqualTo(wanted);
        assertThat(Admit.create(
                        of("Route"), Admit.json("{" + metadata + "{traffic: [{percent: 100, configurationName: c}]}}")))
                .isEqualTo(wanted);
        assertThat(Admit.create(
                        of("Service"),
                        Admit.json("{" + metadata + "{template: {spec: {containers: [{image: a/b}]}}}}")))
                .isEqualTo(wanted);
    }

    @Test
    void annotationsOfTheSidecarHaveNoEffectAndThatIsSaid() {
        var service = Admit.json("""
                metadata: {name: s}
                spec:
                  template:
                    metadata:
                      annotations:
                        queue.sidecar.serving.knative.dev/cpu-resource-request: '1'
                        queue.sidecar.serving.knative.dev/resource-percentage: '20'
                    spec: {containers: [{image: a/b}]}
                """);
        assertThat(of("Service")
                        .warnings(service, null, Admit.context("jane", AdmissionContext.Operation.CREATE))
                        .text())
                .contains("no effect: there is no sidecar: "
                        + "spec.template.metadata.annotations.queue.sidecar.serving.knative.dev/cpu-resource-request, "
                        + "spec.template.metadata.annotations.queue.sidecar.serving.knative.dev/resource-percentage");
    }

    @Test
    void aPodAutoscalerSaysWhatItScalesAndHow() {
        assertThat(Admit.create(of("PodAutoscaler"), Admit.json("{metadata: {name: p}, spec: {}}")))
                .isEqualTo("missing field(s): spec");
        assertThat(Admit.create(of("PodAutoscaler"), Admit.json("""
                metadata: {name: p}
                spec: {containerConcurrency: 1001, protocolType: gopher, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}}
                """))).isEqualTo("""
                expected 0 <= 1001 <= 1000: spec.containerConcurrency
                invalid value: gopher: spec.protocolType""");
    }

    @Test
    void aDomainMappingLeadsFromOutsideToItsOwnNamespace() {
        var mapping = Admit.json("""
                metadata: {name: app.example.com, namespace: here}
                spec: {ref: {kind: Service, name: app, apiVersion: serving.knative.dev/v1}}
                """);
        var wrong = Admit.json("""
                metadata: {name: app.here.svc.cluster.local, namespace: here}
                spec: {ref: {name: app, apiVersion: serving.knative.dev/v1, namespace: there}}
                """);

        assertThat(Admit.create(of("DomainMapping"), mapping)).isEmpty();
        assertThat(mapping.at("/spec/ref/namespace").asText()).isEqualTo("here");
        assertThat(Admit.create(of("DomainMapping"), wrong)).isEqualTo("""
                invalid name "app.here.svc.cluster.local": must not be a subdomain of cluster local domain "cluster.local": metadata.name
                mismatched namespaces: spec.ref.namespace
                parent namespace: "here" does not match ref: "there"
                missing field(s): spec.ref.kind""");
    }

    @Test
    void aValueOfTheWrongTypeIsLeftForTheSchemaToName() {
        var service = Admit.json("{metadata: {name: s}, spec: {template: {spec: {timeoutSeconds: long}}}}");

        assertThatThrownBy(() -> Admit.create(of("Service"), service))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot unmarshal string into field timeoutSeconds of type integer");
    }

    private static KindAdmission of(String kind) {
        return ServingAdmissions.all(AdmissionConfig::upstream).stream()
                .filter(admission -> admission.resource().kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
