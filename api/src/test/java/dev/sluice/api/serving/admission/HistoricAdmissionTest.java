package dev.sluice.api.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.serving.historic.HistoricConversion;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HistoricAdmissionTest {
    private static final String FINE = "configuration: {revisionTemplate: {spec: {container: {image: a/b}}}}";

    @Test
    void refusesAnImageWhoseUserIsStillToBeFilledIn() {
        var error = Admit.create(of("Service"), Admit.json("""
                apiVersion: serving.knative.dev/v1alpha1
                kind: Service
                metadata:
                  name: hello
                  namespace: default
                spec:
                  runLatest:
                    configuration:
                      revisionTemplate:
                        spec:
                          container:
                            image: docker.io/{username}/hello
                            env:
                            - name: TARGET
                              value: you
                """));

        assertThat(error).isEqualTo("""
                Failed to parse image reference: spec.runLatest.configuration.revisionTemplate.spec.container.image
                image: "docker.io/{username}/hello", error: could not parse reference: docker.io/{username}/hello""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{manual: {}}",
                "{runLatest: {@}}",
                "{pinned: {revisionName: app-1, @}}",
                "{release: {revisions: [app-1], @}}",
                "{release: {revisions: [app-1, '@latest'], rolloutPercent: 99, @}}",
                "{template: {spec: {containers: [{image: a/b}]}}}",
                "{runLatest: {configuration: {build: {steps: []}, revisionTemplate: {spec: {container: {image: a/b}}}}}}",
            })
    void admitsEveryMode(String spec) {
        assertThat(create("Service", spec)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | expected exactly one, got neither: spec.manual, spec.pinned, spec.release, spec.runLatest",
                "{manual: {}, runLatest: {@}} | expected exactly one, got both: spec.manual, spec.runLatest",
                "{pinned: {@}} | missing field(s): spec.pinned.revisionName",
                "{release: {@}} | missing field(s): spec.release.revisions",
                "{release: {revisions: [a, b, c], @}} | expected number of elements in range [1, 2], got 3: spec.release.revisions",
                "{release: {revisions: [a, b], rolloutPercent: 100, @}} | expected 0 <= 100 <= 99: spec.release.rolloutPercent",
                "{release: {revisions: [a], rolloutPercent: 10, @}} | invalid value: 10: spec.release.rolloutPercent",
                "{runLatest: {configuration: {revisionTemplate: {spec: {}}}}} | missing field(s): spec.runLatest.configuration.revisionTemplate.spec.container",
                "{runLatest: {configuration: {revisionTemplate: {spec: {container: {}}}}}} | missing field(s): spec.runLatest.configuration.revisionTemplate.spec.container.image",
                "{runLatest: {configuration: {revisionTemplate: {spec: {timeoutSeconds: 601, container: {image: a/b}}}}}} | expected 0 <= 601 <= 600: spec.runLatest.configuration.revisionTemplate.spec.timeoutSeconds",
                "{runLatest: {configuration: {build: {kind: Build}, revisionTemplate: {spec: {container: {image: a/b}}}}}} | missing field(s): spec.runLatest.configuration.build.apiVersion",
                "{runLatest: {@}, traffic: [{percent: 1}]} | must not set the field(s): spec.traffic",
            })
    void refusesServices(String spec, String error) {
        assertThat(create("Service", spec)).isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{traffic: [{revisionName: r, percent: 100, name: a}, {revisionName: r, name: a}]} | ``",
                "{traffic: [{revisionName: r, percent: 100, name: a}, {revisionName: s, name: a}]} | Multiple definitions for \"a\": spec.traffic[0].name, spec.traffic[1].name",
                "{traffic: [{revisionName: r, percent: 99}]} | Traffic targets sum to 99, want 100: spec.traffic",
                "{traffic: [{percent: 100}]} | expected exactly one, got neither: spec.traffic[0].configurationName, spec.traffic[0].revisionName",
            })
    void judgesRoutes(String spec, String error) {
        assertThat(create("Route", spec)).isEqualTo(error);
    }

    @Test
    void aReferenceToABuildStaysInItsNamespace() {
        assertThat(
                        create(
                                "Revision",
                                "{container: {image: a/b}, concurrencyModel: Some, buildRef: {namespace: x, kind: Build, name: b}}"))
                .isEqualTo("""
                        invalid value: Some: spec.concurrencyModel
                        missing field(s): spec.buildRef.apiVersion
                        must not set the field(s): spec.buildRef.namespace""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{runLatest: {@}}", "{pinned: {revisionName: app-1, @}}", "{release: {revisions: [app-1], @}}"})
    void afterItsDefaultsAnObjectGoesToV1AsOneWithItsDefaults(String spec) {
        var service = service(spec);
        Admit.create(of("Service"), service);
        var v1 = new HistoricConversion("Service").convert(service, "v1");
        var again = v1.deepCopy();

        Admit.create(ServingAdmissions.all(AdmissionConfig::upstream).getFirst(), again);

        assertThat(again.path("spec").toString()).isEqualTo(v1.path("spec").toString());
    }

    @Test
    void aValueOfTheWrongTypeIsLeftForTheSchemaToName() {
        var service = service("{runLatest: {configuration: {revisionTemplate: {spec: {timeoutSeconds: long}}}}}");
        var before = service.deepCopy();

        assertThat(Admit.create(of("Service"), service)).isEmpty();
        assertThat(service).isEqualTo(before);
    }

    @Test
    void anUpdateOfMetadataInV1KeepsTheFormOf2018() {
        var service = service("{pinned: {revisionName: app-1, @}}");
        Admit.create(of("Service"), service);
        var stored = new HistoricConversion("Service").convert(service, "v1");
        var touched = stored.deepCopy();
        touched.withObject("/metadata").withObject("/labels").put("team", "blue");

        assertThat(Admit.update(ServingAdmissions.all(AdmissionConfig::upstream).getFirst(), stored, touched))
                .isEmpty();
        assertThat(new HistoricConversion("Service")
                        .convert(touched, "v1alpha1")
                        .path("spec")
                        .toString())
                .isEqualTo(service.path("spec").toString());
    }

    private static String create(String kind, String spec) {
        return Admit.create(of(kind), service(spec));
    }

    private static ObjectNode service(String spec) {
        return Admit.json("apiVersion: serving.knative.dev/v1alpha1\nmetadata: {name: app}\nspec: "
                + spec.replace("@}", FINE + "}"));
    }

    private static KindAdmission of(String kind) {
        Stream<KindAdmission> historic = ServingAdmissions.all(AdmissionConfig::upstream).stream()
                .filter(admission -> admission.resource().version().equals("v1alpha1"));
        return historic.filter(admission -> admission.resource().kind().equals(kind))
                .filter(admission -> !kind.equals("PodAutoscaler"))
                .findFirst()
                .orElseThrow();
    }
}
