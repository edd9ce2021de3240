package dev.sluice.api.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.admission.KindAdmission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAdmissionTest {
    private static final String SERVICE = """
            metadata:
              name: svc
            spec:
              template:
                metadata:
                  name: svc-one
                spec:
                  containers:
                  - image: example.com/hello:1
            """;

    private final KindAdmission admission =
            ServingAdmissions.all(AdmissionConfig::upstream).getFirst();

    @Test
    void fillsInWhatIsLeftOpen() {
        var service = Admit.json(SERVICE);

        assertThat(Admit.create(admission, service)).isEmpty();
        assertThat(Admit.json(service.toString())).isEqualTo(Admit.json("""
                metadata:
                  name: svc
                  annotations:
                    serving.knative.dev/creator: jane
                    serving.knative.dev/lastModifier: jane
                spec:
                  template:
                    metadata:
                      name: svc-one
                    spec:
                      containers:
                      - image: example.com/hello:1
                        name: user-container
                        resources: {}
                        readinessProbe:
                          tcpSocket: {}
                          successThreshold: 1
                      timeoutSeconds: 300
                      containerConcurrency: 0
                      enableServiceLinks: false
                  traffic:
                  - latestRevision: true
                    percent: 100
                """));
    }

    @Test
    void fillingInTwiceChangesNothing() {
        var once = Admit.json(SERVICE);
        Admit.create(admission, once);
        var twice = once.deepCopy();

        Admit.create(admission, twice);

        assertThat(twice).isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{percent: 99, latestRevision: true}] | Traffic targets sum to 99, want 100: spec.traffic",
                "[{percent: 50, tag: a}, {percent: 50, tag: a}] | Multiple definitions for \"a\": spec.traffic[0].tag, spec.traffic[1].tag",
                "[{percent: 100, revisionName: x-1, latestRevision: true}] | may not set revisionName \"x-1\" when latestRevision is true: spec.traffic[0].latestRevision",
                "[{percent: 100, latestRevision: false}] | may not set revisionName \"\" when latestRevision is false: spec.traffic[0].latestRevision",
                "[{percent: 100, configurationName: c}] | must not set the field(s): spec.traffic[0].configurationName",
                "[{percent: 100, url: 'http://x'}] | must not set the field(s): spec.traffic[0].url",
                "[{percent: 101}, {percent: -1}] | `expected 0 <= -1 <= 100: spec.traffic[1].percent\nexpected 0 <= 101 <= 100: spec.traffic[0].percent`",
                "[{percent: 100, revisionName: 'a b'}] | `invalid key name \"a b\": spec.traffic[0].revisionName\nname part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`",
            })
    void refusesTraffic(String traffic, String error) {
        assertThat(Admit.create(admission, Admit.json(SERVICE + "  traffic: " + traffic)))
                .isEqualTo(error);
    }

    @Test
    void aTagIsALabel() {
        assertThat(Admit.create(admission, Admit.json(SERVICE + "  traffic: [{percent: 100, tag: A}]")))
                .isEqualTo("invalid value: not a DNS 1035 label: [a DNS-1035 label must consist of lower case "
                        + "alphanumeric characters or '-', start with an alphabetic character, and end with an "
                        + "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
                        + "'[a-z]([-a-z0-9]*[a-z0-9])?')]: spec.traffic[0].tag");
    }

    @Test
    void aRevisionsOwnNameBeginsWithTheServices() {
        assertThat(Admit.create(admission, Admit.json(SERVICE.replace("svc-one", "foo"))))
                .isEqualTo("invalid value: \"foo\" must have prefix \"svc-\": spec.template.metadata.name");
    }

    @Test
    void aRevisionsOwnNameChangesWithItsContent() {
        var old = Admit.json(SERVICE);
        Admit.create(admission, old);
        var edited = Admit.json(old.toString().replace("hello:1", "hello:2"));

        assertThat(Admit.update(admission, old, edited)).isEqualTo("""
                        Saw the following changes without a name change (-old +new): spec.template.metadata.name
                        {*v1.RevisionTemplateSpec}.Spec.PodSpec.Containers[0].Image:
                        \t-: "example.com/hello:1"
                        \t+: "example.com/hello:2"
                        """);
        assertThat(Admit.update(admission, old, Admit.json(edited.toString().replace("svc-one", "svc-two"))))
                .isEmpty();
    }

    @Test
    void newDefaultsDoNotCountAsAChangeOfANamedRevision() {
        var old = Admit.json(SERVICE); // from before there were defaults
        old.withObject("/metadata")
                .withObject("/annotations")
                .put("serving.knative.dev/creator", "jane")
                .put("serving.knative.dev/lastModifier", "jane");

        assertThat(Admit.update(admission, old, old.deepCopy())).isEmpty();
    }

    @Test
    void theCreatorStaysAndTheLastModifierFollowsTheSpec() {
        var old = Admit.json(SERVICE);
        Admit.create(admission, old);
        var edited = Admit.json(old.toString().replace("hello:1", "hello:2").replace("svc-one", "svc-two"));
        var forged = Admit.json(old.toString().replace("jane", "mallory"));

        assertThat(Admit.update(admission, old, edited)).isEmpty();
        assertThat(MetadataRules.annotations(edited))
                .containsEntry("serving.knative.dev/creator", "jane")
                .containsEntry("serving.knative.dev/lastModifier", "joe");
        assertThat(Admit.update(admission, old, forged))
                .isEqualTo("annotation value is immutable: metadata.annotations.serving.knative.dev/creator\n"
                        + "invalid value: mallory: metadata.annotations.serving.knative.dev/lastModifier");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`annotations: {autoscaling.knative.dev/min-scale: '1'}` | `invalid key name \"autoscaling.knative.dev/min-scale\": metadata.annotations\nautoscaling annotations must be put under \"spec.template.metadata.annotations\" to work`",
                "`annotations: {serving.knative.dev/rollout-duration: 1.5s}` | rollout-duration=1.5s is not at second precision: metadata.annotations.serving.knative.dev/rollout-duration",
                "`annotations: {serving.knative.dev/rolloutDuration: -1s}` | rollout-duration=-1s must be positive: metadata.annotations.serving.knative.dev/rolloutDuration",
                "`annotations: {serving.knative.dev/rollout-duration: soon}` | invalid value: soon: metadata.annotations.serving.knative.dev/rollout-duration",
                "`labels: {serving.knative.dev/foo: bar}` | invalid key name \"serving.knative.dev/foo\": metadata.labels",
                "`labels: {networking.knative.dev/visibility: public}` | invalid value: public: metadata.labels.networking.knative.dev/visibility",
            })
    void refusesMetadata(String metadata, String error) {
        assertThat(Admit.create(
                        admission, Admit.json(SERVICE.replace("  name: svc\n", "  name: svc\n  " + metadata + "\n"))))
                .isEqualTo(error);
    }

    @Test
    void aServicesNameIsALabel() {
        assertThat(Admit.create(admission, Admit.json(SERVICE.replace("svc", "a.b"))))
                .startsWith("invalid value: not a DNS 1035 label: [a DNS-1035 label must")
                .contains("]: spec.template.metadata.name\nnot a DNS 1035 label: [a DNS-1035 label must")
                .endsWith("]: metadata.name");
    }
}
