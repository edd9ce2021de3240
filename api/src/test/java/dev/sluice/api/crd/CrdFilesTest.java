package dev.sluice.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Kinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** With {@code -Dupdate.golden} the files are written anew instead, for review. */
class CrdFilesTest {
    private static final Path FOLDER = Path.of("..", "deploy", "crds");
    private static final Set<String> OF_KUBERNETES = Set.of(
            "affinity", "buildRef", "custom", "dispatcher", "env", "provisioner", "steps", "stepStates", "volumes");
    private static final Map<String, String> GENERATED = CrdFiles.generate();

    @Test
    void filesSayWhatTheTypesSay() throws IOException {
        if (System.getProperty("update.golden") != null) {
            write(GENERATED);
        }

        assertThat(read().keySet()).isEqualTo(GENERATED.keySet());
        read().forEach((name, text) -> assertThat(text).as(name).isEqualTo(GENERATED.get(name)));
    }

    @Test
    void everyKindHasAFileOfItsName() {
        var names = Kinds.customResources().stream()
                .map(type -> HasMetadata.getFullResourceName(type) + ".yaml")
                .collect(Collectors.toSet());

        assertThat(GENERATED.keySet()).isEqualTo(names);
    }

    /** What {@code kubectl explain} shows; Kubernetes' own types, which come without words, are not gone into. */
    @ParameterizedTest
    @MethodSource("schemas")
    void everyFieldOfOursIsDescribed(String kind, JSONSchemaProps schema) {
        var bare = new ArrayList<String>();
        bare(kind, schema, bare);

        assertThat(bare).isEmpty();
    }

    /** The API server drops what a schema does not know: containers, when a template has a {@code podSpec} instead. */
    @ParameterizedTest
    @MethodSource("schemas")
    void everyTemplateOfARevisionKeepsItsContainers(String kind, JSONSchemaProps schema) {
        var modes = Stream.of("runLatest", "pinned", "release").map(mode -> List.of("spec", mode, "configuration"));
        var templates = Stream.concat(Stream.of(List.of("spec")), modes)
                .flatMap(place -> at(at(Stream.of(schema), place), List.of("template", "spec")))
                .toList();

        assertThat(templates)
                .filteredOn(_ -> kind.contains(".serving.knative.dev/"))
                .allSatisfy(template -> assertThat(template.getProperties())
                        .containsKey("containers")
                        .doesNotContainKey("podSpec"));
    }

    private static Stream<JSONSchemaProps> at(Stream<JSONSchemaProps> schemas, List<String> path) {
        var found = schemas;
        for (var field : path) {
            found = found.filter(s -> s.getProperties() != null)
                    .flatMap(s -> Stream.ofNullable(s.getProperties().get(field)));
        }
        return found;
    }

    static Stream<Arguments> schemas() {
        return GENERATED.values().stream()
                .map(text -> new KubernetesSerialization().unmarshal(text, CustomResourceDefinition.class))
                .flatMap(crd -> crd.getSpec().getVersions().stream()
                        .map(version -> Arguments.of(
                                crd.getMetadata().getName() + "/" + version.getName(),
                                version.getSchema().getOpenAPIV3Schema())));
    }

    private static void bare(String path, JSONSchemaProps schema, List<String> found) {
        if (schema.getDescription() == null || schema.getDescription().isBlank()) {
            found.add(path);
        }
        var inner = schema.getItems() == null ? schema : schema.getItems().getSchema();
        if (inner.getProperties() != null && !OF_KUBERNETES.contains(path.substring(path.lastIndexOf('.') + 1))) {
            inner.getProperties().forEach((name, field) -> bare(path + "." + name, field, found));
        }
    }

    private static void write(Map<String, String> generated) throws IOException {
        Files.createDirectories(FOLDER);
        for (var stale : read().keySet()) {
            Files.delete(FOLDER.resolve(stale));
        }
        for (var file : generated.entrySet()) {
            Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
        }
    }

    private static Map<String, String> read() throws IOException {
        var files = new TreeMap<String, String>();
        try (var list = Files.newDirectoryStream(FOLDER, "*.yaml")) {
            for (var file : list) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }
}
