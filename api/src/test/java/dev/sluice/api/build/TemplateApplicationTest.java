package dev.sluice.api.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateApplicationTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @ParameterizedTest
    @CsvSource({
        "${A}, 1",
        "x${A}y${B}z, x1y${A}z",
        "${UNKNOWN}, ${UNKNOWN}",
        "$A, $A",
        "${A, ${A",
        "${${A}}, ${1}",
        "plain, plain"
    })
    void replacesKnownNamesOnce(String text, String result) {
        assertThat(TemplateApplication.substitute(text, Map.of("A", "1", "B", "${A}")))
                .isEqualTo(result);
    }

    @Test
    void leavesAVariableWithoutANameToTheApiServerToRefuse() throws JsonProcessingException {
        var template = template("steps: [{image: i, env: [{value: nameless}, {name: A, value: a}]}]");
        var spec = spec("template: {name: t, env: [{name: A, value: b}, {value: nameless too}]}");

        assertThat(TemplateApplication.apply(spec, template).steps().getFirst().getEnv())
                .extracting(EnvVar::getValue)
                .containsExactly("b", "nameless too");
    }

    @Test
    void fillsTheFieldsThatKnativeBuildFilled() throws JsonProcessingException {
        var template = template("""
                parameters:
                - {name: IMAGE, description: what to push}
                - {name: DIR, default: /workspace}
                steps:
                - name: build-${DIR}
                  image: ${IMAGE}
                  args: ["--to=${IMAGE}", "${UNDECLARED}"]
                  command: ["${DIR}/run"]
                  workingDir: ${DIR}
                  env: [{name: A, value: "${DIR}"}, {name: B, value: kept}]
                  volumeMounts: [{name: "${VOLUME}", mountPath: "${DIR}/m", subPath: "${DIR}"}]
                volumes:
                - {name: "${VOLUME}", persistentVolumeClaim: {claimName: "${VOLUME}-claim"}}
                """);
        var spec = spec("""
                volumes: [{name: mine, emptyDir: {}}]
                template:
                  name: t
                  arguments: [{name: IMAGE, value: r/i}, {name: VOLUME, value: v}, {name: UNDECLARED, value: u}]
                  env: [{name: B, value: "new ${IMAGE}"}]
                """);

        var applied = TemplateApplication.apply(spec, template);

        assertThat(YAML.valueToTree(applied.steps()).toString())
                .isEqualTo(YAML.readTree("""
                - args: ["--to=r/i", "u"]
                  command: ["/workspace/run"]
                  env: [{name: A, value: /workspace}, {name: B, value: "new r/i"}]
                  image: r/i
                  name: build-/workspace
                  volumeMounts: [{mountPath: /workspace/m, name: v, subPath: /workspace}]
                  workingDir: /workspace
                """).toString());
        assertThat(applied.volumes()).extracting("name").containsExactly("mine", "v");
        assertThat(applied.volumes().getLast().getPersistentVolumeClaim().getClaimName())
                .isEqualTo("v-claim");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: A, value: 1}, {name: A, value: 2}]|{}|DuplicateArgName: duplicate argument name \"A\"",
                "[]|{parameters: [{name: A, description: d e}, {name: B, default: x}, {name: C, description: f}]}|UnsatisfiedParameter: build does not specify these required parameters: [{A d e} {C f}]",
                "[]|{steps: [{image: i, args: ['${A${B}}']}]}|NestedPlaceholder: nested placeholder in step 0 arg 0: \"${A${B}}\"",
                "[]|{steps: [{name: s, image: i, workingDir: '${A${B}}'}]}|NestedPlaceholder: nested placeholder in step s working dir \"${A${B}}\"",
                "[]|{steps: [{image: i}, {name: 's${A${B}}', image: i}]}|NestedPlaceholder: nested placeholder in step name 1: \"s${A${B}}\"",
                "[]|{steps: [{name: s, image: i, env: [{name: X, value: plain}, {name: Y, value: '${A${B}}'}]}]}|NestedPlaceholder: nested placeholder in step s env value 1: \"${A${B}}\"",
                "[]|{steps: [{name: s, image: i, command: [run, '${A${B}}']}]}|NestedPlaceholder: nested placeholder in step s command 1: \"${A${B}}\"",
                "[]|{steps: [{name: s, image: i, args: ['${A${B}}'], command: ['${C${D}}']}]}|NestedPlaceholder: nested placeholder in step s arg 0: \"${A${B}}\"",
                "[{name: A, value: 1}, {name: A, value: 2}]|{parameters: [{name: B}], steps: [{image: i, args: ['${A${B}}']}]}|DuplicateArgName: duplicate argument name \"A\"",
                "[]|{parameters: [{name: B}], steps: [{image: i, args: ['${A${B}}']}]}|UnsatisfiedParameter: build does not specify these required parameters: [{B }]"
            })
    void tellsWhatDoesNotFit(String arguments, String template, String problem) throws JsonProcessingException {
        var spec = spec("template: {name: t, arguments: " + arguments + "}");
        var instance = java.util.Objects.requireNonNull(spec.template());

        assertThat(TemplateCheck.problem(instance, template(template))).contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: t}|buildtemplates.build.knative.dev \"t\" not found in namespace \"demo\", nor a ClusterBuildTemplate of that name",
                "{name: t, kind: BuildTemplate}|buildtemplates.build.knative.dev \"t\" not found in namespace \"demo\", nor a ClusterBuildTemplate of that name",
                "{name: t, kind: ClusterBuildTemplate}|clusterbuildtemplates.build.knative.dev \"t\" not found"
            })
    void tellsWhichFieldNamesATemplateThatIsMissing(String instance, String problem) throws JsonProcessingException {
        assertThat(TemplateCheck.missing(YAML.readValue(instance, TemplateInstantiation.class), "demo"))
                .isEqualTo("spec.template.name: " + problem);
    }

    @Test
    void leavesAPlaceholderThatOnlyLooksNested() throws JsonProcessingException {
        var spec = spec("template: {name: t}");
        var template = template(
                "steps: [{name: s, image: i, args: ['${A}${B}', '$${A}', '${A'], env: [{name: X, valueFrom: {fieldRef: {fieldPath: a}}}]}]");

        assertThat(TemplateCheck.problem(java.util.Objects.requireNonNull(spec.template()), template))
                .isEmpty();
    }

    @Test
    void anEmptyDefaultSatisfiesAParameter() throws JsonProcessingException {
        var template = template("{parameters: [{name: A, default: ''}], steps: [{image: 'i${A}'}]}");
        var spec = spec("template: {name: t}");

        assertThat(TemplateCheck.problem(java.util.Objects.requireNonNull(spec.template()), template))
                .isEmpty();
        assertThat(TemplateApplication.apply(spec, template).steps().getFirst().getImage())
                .isEqualTo("i");
    }

    private static BuildTemplateSpec template(String yaml) throws JsonProcessingException {
        return YAML.readValue(yaml, BuildTemplateSpec.class);
    }

    private static BuildSpec spec(String yaml) throws JsonProcessingException {
        return YAML.readValue(yaml, BuildSpec.class);
    }
}
