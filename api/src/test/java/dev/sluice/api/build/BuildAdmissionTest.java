package dev.sluice.api.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.KindAdmission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildAdmissionTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final AdmissionContext CREATE =
            new AdmissionContext("someone", AdmissionContext.Operation.CREATE, false, "", Instant.EPOCH);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|expected exactly one, got neither: spec.steps, spec.template",
                "{steps: [{image: a}], template: {name: t}}|expected exactly one, got both: spec.steps, spec.template",
                "{template: {kind: BuildTemplate}}|missing field(s): spec.template.name",
                "{template: {name: t, kind: bad-kind}}|invalid value: bad-kind: spec.template.kind",
                "{steps: [{image: a}], source: {git: {}}, sources: [{name: a}]}|expected exactly one, got both: spec.source, spec.sources",
                "{steps: [{image: a}], sources: [{git: {}}, {git: {}}]}|expected exactly one, got both: spec.sources.name",
                "{steps: [{image: a}], sources: [{name: a, subPath: x}, {name: b, targetPath: y, subPath: x}]}|expected exactly one, got both: spec.sources.subpath",
                "{steps: [{image: a}], sources: [{name: a}, {name: b}]}|invalid value: Empty Target Path: spec.sources.targetPath",
                "{steps: [{image: a}], sources: [{name: a, custom: {image: x}, targetPath: p}]}|invalid value: p: spec.sources.targetPath",
                "{steps: [{image: a}], sources: [{name: a, targetPath: lib}, {name: b, targetPath: lib/x}]}|Overlapping Target Paths: spec.sources.targetPath",
                "{steps: [{image: a}], volumes: [{name: v}, {name: v}]}|expected exactly one, got both: spec.volumes.name",
                "{steps: [{image: a}], timeout: 48h}|expected 0 <= 48h0m0s <= 24: spec.timeout",
                "{steps: [{image: a}], timeout: -1s}|expected 0 <= -1s <= 24: spec.timeout",
                "{steps: [{name: a}]}|missing field(s): spec.steps.Image",
                "{steps: [{name: a, image: i}, {name: a, image: i}]}|expected exactly one, got both: spec.steps.name",
                "{steps: [{image: a}, {image: b}], sources: [{name: a, custom: {image: x}}, {name: b, git: {}}]}|''",
                "{template: {name: t}, timeout: 48h}|''",
                "{template: {name: t}, timeout: soon}|invalid value: soon: spec.timeout",
                "{steps: [{image: a}], timeout: 600}|invalid value: 600: spec.timeout",
                "{steps: [{image: a}], timeout: 24h}|''",
                "{template: {name: ''}, steps: []}|missing field(s): spec.template.name",
                // the first thing that is wrong is told
                "{steps: [{}], source: {}, sources: [{name: a, subPath: x}, {name: a, subPath: y}]}|expected exactly one, got both: spec.source, spec.sources",
                "{steps: [{}], sources: [{name: a, subPath: x}, {name: a, subPath: y}]}|expected exactly one, got both: spec.sources.name",
                "{steps: [{}], sources: [{name: a, subPath: x}, {name: b, subPath: y}]}|expected exactly one, got both: spec.sources.subpath",
                "{steps: [{}], sources: [{name: a}, {name: b}], volumes: [{name: v}, {name: v}]}|invalid value: Empty Target Path: spec.sources.targetPath",
                "{steps: [{}], volumes: [{name: v}, {name: v}], timeout: 48h}|expected exactly one, got both: spec.volumes.name",
                "{steps: [{}], timeout: 48h}|expected 0 <= 48h0m0s <= 24: spec.timeout",
                "{steps: [{name: a, image: i}, {name: a}]}|missing field(s): spec.steps.Image",
                "{steps: [{image: a}], template: {kind: bad-kind}}|expected exactly one, got both: spec.steps, spec.template",
                "{template: {kind: bad-kind}, timeout: soon}|missing field(s): spec.template.name",
                "{template: {name: t, kind: bad-kind}, timeout: soon}|invalid value: bad-kind: spec.template.kind",
                "{template: {name: t}, sources: [{name: a}, {name: a}], volumes: [{name: v}, {name: v}]}|''",
                "{steps: [{}], retries: [{}]}|missing field(s): spec.steps.Image",
                "{steps: [{image: a}, {image: b}]}|''",
                "{steps: [{image: a}], timeout: 0s}|''"
            })
    void refusesInTheWordsOfKnativeBuild(String spec, String error) {
        assertThat(refusal(new BuildAdmission(), "b", spec)).isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.b|Invalid resource name: special character . must not be present: metadata.name",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|Invalid resource name: length must be no more than 63 characters: metadata.name"
            })
    void refusesNamesThatNoPodCouldCarry(String name, String error) {
        assertThat(refusal(new BuildAdmission(), name, "{steps: [{image: a}]}")).isEqualTo(error);
        assertThat(refusal(TemplateAdmission.ofClusterBuildTemplates(), name, "{steps: [{image: a}]}"))
                .isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retries: [{limit: 1}]|missing field(s): spec.retries[0].step",
                "retries: [{step: a}]|missing field(s): spec.retries[0].limit",
                "retries: [{step: a, limit: 1}, {step: a, limit: 2}]|expected exactly one, got both: spec.retries[1].step",
                "retries: [{step: a, limit: 11}]|expected 1 <= 11 <= 10: spec.retries[0].limit",
                "retries: [{step: a, limit: 1, backoff: soon}]|invalid value: soon: spec.retries[0].backoff",
                "retries: [{step: a, limit: 1, nonRetryableExitCodes: [0]}]|expected 1 <= 0 <= 255: spec.retries[0].nonRetryableExitCodes[0]",
                "retries: [{step: '*', limit: 3, backoff: 2s, maxBackoff: 1m, nonRetryableExitCodes: [2]}]|''",
                "resume: {size: huge}|invalid value: huge: spec.resume.size",
                "resume: {}|''",
                "concurrency: {}|missing field(s): spec.concurrency.policy",
                "concurrency: {policy: Forbid, limit: 0}|expected 1 <= 0 <= 1000: spec.concurrency.limit",
                "concurrency: {policy: Queue, group: A_b}|invalid value: A_b: spec.concurrency.group",
                "concurrency: {policy: Queue, group: g, limit: 2}|''",
                "retention: {}|expected at least one, got none: spec.retention.age, spec.retention.count",
                "retention: {count: -1}|expected 0 <= -1 <= 10000: spec.retention.count",
                "retention: {age: never}|invalid value: never: spec.retention.age",
                "retention: {count: 3, age: 72h}|''",
                "cache: [{path: /m2}]|missing field(s): spec.cache[0].name",
                "cache: [{name: workspace}]|expected exactly one, got both: spec.cache[0].name",
                "cache: [{name: a, path: m2}]|invalid value: m2: spec.cache[0].path",
                "cache: [{name: a, path: /x}, {name: b, path: /x}]|expected exactly one, got both: spec.cache[1].path",
                "cache: [{name: a, path: /x, size: 1Gi}]|''"
            })
    void checksWhatSluiceAdds(String fields, String error) {
        assertThat(refusal(new BuildAdmission(), "b", "{steps: [{image: a}], " + fields + "}"))
                .isEqualTo(error);
        assertThat(refusal(new BuildAdmission(), "b", "{template: {name: t}, " + fields + "}"))
                .isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|expected exactly one, got neither: spec.steps, spec.template",
                "{steps: [{image: a}], template: {name: t}}|expected exactly one, got both: spec.steps, spec.template",
                "{steps: [{}]}|missing field(s): spec.steps.Image"
            })
    void tellsOfABadNameBesides(String spec, String error) {
        assertThat(refusal(new BuildAdmission(), "a.b", spec).lines())
                .containsExactlyInAnyOrder(
                        "Invalid resource name: special character . must not be present: metadata.name", error);
    }

    @Test
    void tellsOfOneMistakeInANameTheFirst() {
        assertThat(refusal(new BuildAdmission(), "a.b".repeat(30), "{steps: [{image: a}]}"))
                .isEqualTo("Invalid resource name: special character . must not be present: metadata.name");
        assertThat(refusal(new BuildAdmission(), "a".repeat(63), "{steps: [{image: a}]}"))
                .isEmpty();
    }

    @Test
    void saysWhichPoliciesThereAre() {
        assertThat(refusal(new BuildAdmission(), "b", "{template: {name: t}, concurrency: {policy: Never}}"))
                .isEqualTo(
                        "invalid value: Never: spec.concurrency.policy\nmust be one of Allow, Forbid, Replace, Queue");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{parameters: [{name: A}, {name: A}]}|invalid key name \"ParamName\": spec.b.spec.params",
                "{steps: [{name: x}]}|missing field(s): spec.steps.Image",
                "{volumes: [{name: v}, {name: v}]}|expected exactly one, got both: spec.volumes.name",
                "{steps: [{name: x, image: i}, {name: x, image: i}]}|expected exactly one, got both: spec.steps.name",
                "{steps: [{image: i}, {image: i}]}|''",
                "{steps: [{}], volumes: [{name: v}, {name: v}], parameters: [{name: A}, {name: A}]}|missing field(s): spec.steps.Image",
                "{volumes: [{name: v}, {name: v}], parameters: [{name: A}, {name: A}]}|expected exactly one, got both: spec.volumes.name",
                "{parameters: [{name: A}], steps: [{image: '${A}'}]}|''"
            })
    void checksTemplates(String spec, String error) {
        assertThat(refusal(TemplateAdmission.ofBuildTemplates(), "t", spec)).isEqualTo(error);
        assertThat(refusal(TemplateAdmission.ofClusterBuildTemplates(), "t", spec))
                .isEqualTo(error);
    }

    @Test
    void fillsInTheDefaults() {
        var build = object("b", "{template: {name: t}, status: BuildCancelled}");

        new BuildAdmission().defaults(build, null, CREATE);

        assertThat(build.get("spec"))
                .isEqualTo(object(
                                "b",
                                "{template: {name: t, kind: BuildTemplate}, serviceAccountName: default, timeout: 10m0s, Status: BuildCancelled}")
                        .get("spec"));
    }

    private static String refusal(KindAdmission admission, String name, String spec) {
        var object = object(name, spec);
        admission.defaults(object, null, CREATE);
        return admission.validate(object, null, CREATE).text();
    }

    private static ObjectNode object(String name, String spec) {
        try {
            return (ObjectNode) YAML.readTree("{metadata: {name: " + name + "}, spec: " + spec + "}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
