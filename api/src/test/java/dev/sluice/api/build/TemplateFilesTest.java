package dev.sluice.api.build;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.sluice.api.admission.AdmissionContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The templates that come with Sluice: their parameters, and what they make of a Build that gives only those that it must. With {@code
 * -Dupdate.golden} the results are written anew, for review.
 */
class TemplateFilesTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES));
    private static final Path TEMPLATES = Path.of("..", "deploy", "templates");
    private static final Path RESULTS = Path.of("src/test/resources/dev/sluice/api/build/templates");
    private static final Map<String, String> GIVEN = Map.of(
            "IMAGE", "registry.test/me/app:1", "BUILDER_IMAGE", "registry.test/builder:1", "TARGET", "//app:push");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bazel|TARGET!",
                "buildah|BUILDER_IMAGE! IMAGE! DOCKERFILE=./Dockerfile TLSVERIFY=true",
                "buildkit|IMAGE! DOCKERFILE=Dockerfile PUSH=true DIRECTORY=/workspace BUILDKIT_CLIENT_IMAGE=moby/buildkit:v0.4.0-rootless BUILDKIT_DAEMON_ADDRESS=tcp://buildkitd:1234",
                "buildpacks-cf|IMAGE! BUILDPACK_ORDER= SKIP_DETECT=false DIRECTORY=/workspace CACHE=app-cache USE_CRED_HELPERS=true",
                "buildpacks-cnb|IMAGE! BUILDER_IMAGE! USE_CRED_HELPERS=false CACHE=empty-dir USER_ID=1000 GROUP_ID=1000",
                "jib-gradle|IMAGE! DIRECTORY=. CACHE=empty-dir-volume",
                "jib-maven|IMAGE! DIRECTORY=. CACHE=empty-dir-volume",
                "kaniko|IMAGE! DOCKERFILE=/workspace/Dockerfile",
                "makisu|IMAGE! CONTEXTPATH=/workspace PUSH_REGISTRY=index.docker.io REGISTRY_SECRET=docker-registry-config"
            })
    void haveTheParametersThatTheyAlwaysHad(String name, String parameters) throws IOException {
        assertThat(read(name).parameters().stream()
                        .map(p -> p.name() + (p.defaultValue() == null ? "!" : "=" + p.defaultValue()))
                        .collect(Collectors.joining(" ")))
                .isEqualTo(parameters);
    }

    @Test
    void areFilledWithNothingLeftOver() throws IOException {
        for (var name : names()) {
            var template = read(name);
            var instance = instance(template);
            assertThat(TemplateCheck.problem(instance, template)).as(name).isEmpty();
            var applied = TemplateApplication.apply(
                    BuildSpec.of(SourceSpec.ofGit("https://git.test/app", "main"), instance), template);
            var result = YAML.writeValueAsString(new Result(applied.steps(), applied.volumes()));
            var file = RESULTS.resolve(name + ".yaml");
            if (System.getProperty("update.golden") != null) {
                Files.writeString(file, result);
            }
            assertThat(result).as(name).doesNotContain("${").isEqualTo(Files.readString(file));
        }
    }

    @Test
    void areWhatAdmissionTakes() throws IOException {
        for (var name : names()) {
            var object =
                    (ObjectNode) YAML.readTree(TEMPLATES.resolve(name + ".yaml").toFile());
            assertThat(object.at("/metadata/name").asText()).isEqualTo(name);
            assertThat(object.at("/kind").asText()).isEqualTo("ClusterBuildTemplate");
            var context = new AdmissionContext("someone", AdmissionContext.Operation.CREATE, false, "", Instant.EPOCH);
            assertThat(TemplateAdmission.ofClusterBuildTemplates()
                            .validate(object, null, context)
                            .text())
                    .isEmpty();
            assertThat(object.at("/spec/parameters"))
                    .allSatisfy(parameter ->
                            assertThat(parameter.path("description").asText()).isNotEmpty());
        }
    }

    private record Result(Object steps, Object volumes) {}

    private static TemplateInstantiation instance(BuildTemplateSpec template) {
        var arguments = template.parameters().stream()
                .filter(p -> p.defaultValue() == null)
                .map(p -> new TemplateInstantiation.Argument(p.name(), GIVEN.get(requireNonNullElse(p.name(), ""))))
                .toList();
        return new TemplateInstantiation("any", "ClusterBuildTemplate", arguments, List.of());
    }

    private static List<String> names() throws IOException {
        try (var files = Files.list(TEMPLATES)) {
            return files.map(f -> f.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();
        }
    }

    private static BuildTemplateSpec read(String name) throws IOException {
        return YAML.treeToValue(
                YAML.readTree(TEMPLATES.resolve(name + ".yaml").toFile()).path("spec"), BuildTemplateSpec.class);
    }
}
