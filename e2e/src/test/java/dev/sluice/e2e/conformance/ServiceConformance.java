package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static dev.sluice.e2e.conformance.ProbeImages.V2;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** The life of a Service: made, changed, named, labelled, listed, deleted. */
@Conformance
class ServiceConformance {
    @Test
    @Row({"TestHelloWorld", "TestServiceCreateListAndDelete"})
    void answersListsAndLeavesNothingWhenDeleted(World world) {
        var service = world.service("hello", "$V1").ready();
        assertThat(service.body("/")).isEqualTo(V1.message());
        isWholeAndFirst(service);
        assertThat(service.latestRevision().at("/metadata/labels/serving.knative.dev~1service"))
                .isEqualTo("hello");
        assertThat(world.list(Kind.SERVICE))
                .singleElement()
                .satisfies(one -> assertThat(one.getMetadata().getName()).isEqualTo("hello"));
        var url = service.url();
        service.delete();
        service.gone();
        service.configuration().gone();
        service.route().gone();
        world.http().until(url, answer -> answer.status() == 404);
    }

    /** What every Service shows that has become Ready for the first time. */
    private static void isWholeAndFirst(Thing service) {
        var json = service.json();
        assertThat(json.at("/status/observedGeneration").asInt()).isEqualTo(1);
        assertThat(json.at("/status/url").asText()).startsWith("http://hello.");
        assertThat(json.at("/status/address/url").asText())
                .isEqualTo("http://hello." + service.world().namespace() + ".svc.cluster.local");
        assertThat(json.at("/status/latestCreatedRevisionName").asText()).isEqualTo("hello-00001");
        assertThat(json.at("/status/latestReadyRevisionName").asText()).isEqualTo("hello-00001");
        assertThat(json.at("/status/traffic/0/percent").asInt()).isEqualTo(100);
        assertThat(json.at("/status/traffic/0/revisionName").asText()).isEqualTo("hello-00001");
    }

    @Test
    @Row("TestServiceCreateAndUpdate")
    void makesARevisionForEachChangeOfTheTemplateAndFailsNoRequestMeanwhile(World world) {
        var service = world.service("changing", "$V1").ready();
        var first = service.latestRevision();
        assertThat(first.at("/metadata/labels/serving.knative.dev~1configurationGeneration"))
                .isEqualTo("1");
        assertThat(first.at("/status/containerStatuses/0/imageDigest"))
                .startsWith(world.platform().registry() + "/")
                .contains("@sha256:");
        try (var prober = Prober.on(world, service.url())) {
            service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}")
                    .ready();
            assertThat(service.body("/")).isEqualTo(V2.message());
            var second = service.latestRevision();
            assertThat(second.at("/metadata/labels/serving.knative.dev~1configurationGeneration"))
                    .isEqualTo("2");
            assertThat(second.at("/status/containerStatuses/0/imageDigest"))
                    .isNotEqualTo(first.at("/status/containerStatuses/0/imageDigest"));

            service.merge("spec: {template: {metadata: {labels: {colour: green}}}}")
                    .ready();
            var third = service.latestRevision();
            assertThat(third.at("/metadata/labels/colour")).isEqualTo("green");

            service.merge("spec: {template: {metadata: {annotations: {why: tested}}}}")
                    .ready();
            var fourth = service.latestRevision();
            assertThat(fourth.at("/metadata/annotations/why")).isEqualTo("tested");
            assertThat(fourth.at("/metadata/labels/serving.knative.dev~1configurationGeneration"))
                    .isEqualTo("4");
            assertThat(world.list(Kind.REVISION)).hasSize(4);
            prober.allAnswered();
        }
    }

    @Test
    @Row("TestServiceBYOName")
    void takesTheNameThatItsRevisionIsGiven(World world) {
        var service = world.service("""
                metadata: {name: named}
                spec:
                  template:
                    metadata: {name: named-of-ours}
                    spec: {containers: [{image: $V1}]}
                """).ready();
        assertThat(service.at("/status/latestCreatedRevisionName")).isEqualTo("named-of-ours");
        assertThat(world.refusal(() -> service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}")))
                .contains("Saw the following changes without a name change");
        service.merge("spec: {template: {metadata: {name: named-of-ours-2}, spec: {containers: [{image: $V2}]}}}")
                .ready();
        assertThat(service.at("/status/latestReadyRevisionName")).isEqualTo("named-of-ours-2");
        assertThat(service.body("/")).isEqualTo(V2.message());
    }

    @Test
    @Row("TestAnnotationPropagation")
    void handsItsAnnotationsToWhatItOwns(World world) {
        var service = world.service("""
                metadata: {name: noted, annotations: {ours: kept}}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        var placeholder = world.thing(Kind.CORE_SERVICE, "noted");
        for (var one : new Thing[] {service, service.route(), service.configuration(), placeholder}) {
            one.until(
                    "noted",
                    object -> note(object, "ours").equals("kept")
                            && !note(object, "serving.knative.dev/creator").isEmpty()
                            && !note(object, "serving.knative.dev/lastModifier").isEmpty());
        }
        service.merge("metadata: {annotations: {ours: null, more: added}}").ready();
        for (var one : new Thing[] {service.route(), service.configuration(), placeholder}) {
            one.until(
                    "changed",
                    object -> note(object, "ours").isEmpty()
                            && note(object, "more").equals("added"));
        }
        assertThat(service.json().at("/status/latestCreatedRevisionName").asText())
                .isEqualTo("noted-00001");
    }

    private static String note(JsonNode object, String name) {
        return object.at("/metadata/annotations").path(name).asText("");
    }

    @Test
    @Row("TestLabelPropagation")
    void handsItsLabelsToWhatItOwns(World world) {
        var service = world.service("""
                metadata: {name: labelled, labels: {ours: kept}}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        var placeholder = world.thing(Kind.CORE_SERVICE, "labelled");
        for (var one : new Thing[] {service.route(), service.configuration(), placeholder}) {
            one.until(
                    "labelled",
                    object -> label(object, "ours").equals("kept")
                            && label(object, "serving.knative.dev/service").equals("labelled"));
        }
        assertThat(placeholder.at("/metadata/labels/serving.knative.dev~1route"))
                .isEqualTo("labelled");
        var revision = service.latestRevision();
        assertThat(revision.at("/metadata/labels/serving.knative.dev~1configuration"))
                .isEqualTo("labelled");
        assertThat(revision.at("/metadata/labels/ours")).isEmpty();
        service.merge("metadata: {labels: {ours: null, more: added}}").ready();
        for (var one : new Thing[] {service.route(), service.configuration(), placeholder}) {
            one.until(
                    "changed",
                    object -> label(object, "ours").isEmpty()
                            && label(object, "more").equals("added"));
        }
    }

    private static String label(JsonNode object, String name) {
        return object.at("/metadata/labels").path(name).asText("");
    }

    @Test
    @Row("TestServiceGenerateName")
    void makesUpAName(World world) {
        var service = world.service("""
                metadata: {generateName: made-up-}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        assertThat(service.name()).startsWith("made-up-").isNotEqualTo("made-up-");
        assertThat(service.body("/")).isEqualTo(V1.message());
    }

    @Test
    @Row("TestServiceAccountValidation")
    void refusesAServiceAccountThatIsNoName(World world) {
        assertThat(world.refusal(() -> world.service("""
                        metadata: {name: refused}
                        spec: {template: {spec: {serviceAccountName: "user@test:foo", containers: [{image: $V1}]}}}
                        """)))
                .contains("validation failed: invalid value: user@test:foo: spec.template.spec.serviceAccountName");
        assertThat(world.list(Kind.SERVICE)).isEmpty();
    }

    @Test
    @Row({"TestServiceCreateWithMultipleContainers", "TestMultiContainer"})
    void servesFromOneContainerThatCallsTheOtherBesideIt(World world) {
        var service = world.service("""
                metadata: {name: pair}
                spec:
                  template:
                    spec:
                      containers:
                      - image: $V1
                        name: front
                        ports: [{containerPort: 8881}]
                      - image: $V2
                        name: beside
                        env: [{name: PORT, value: "8882"}]
                """).ready();
        assertThat(service.body("/call?url=http://127.0.0.1:8882/")).isEqualTo("200\n" + V2.message());
        assertThat(service.latestRevision().json().at("/status/containerStatuses"))
                .hasSize(2);
    }

    @Test
    @Row({"TestServiceCreateWithEmptyDir", "TestEmptyDir"})
    void keepsFilesInAnEmptyDir(World world) {
        var service = world.service("""
                metadata: {name: shelf}
                spec:
                  template:
                    spec:
                      containers:
                      - image: $V1
                        volumeMounts: [{name: shelf, mountPath: /data}]
                      volumes: [{name: shelf, emptyDir: {}}]
                """).ready();
        assertThat(service.body("/write?path=/data/note&text=kept")).isEqualTo("written");
        assertThat(service.body("/read?path=/data/note")).isEqualTo("kept");
    }

    @Test
    @Row("TestServiceDryRunValidationWithInvalidPodSpec")
    void saysInADryRunWhatWouldBeRefused(World world) {
        var manifest = world.filled("""
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: dry, namespace: $NS, annotations: {features.knative.dev/podspec-dryrun: strict}}
                spec:
                  template:
                    spec:
                      containers:
                      - image: $V1
                        name: "not a name"
                """);
        assertThat(world.platform()
                        .kubectlWith(manifest, "create", "--dry-run=server", "-f", "-")
                        .failed()
                        .all())
                .contains("dry run failed with")
                .contains("spec.template");
        assertThat(world.list(Kind.SERVICE)).isEmpty();
    }
}
