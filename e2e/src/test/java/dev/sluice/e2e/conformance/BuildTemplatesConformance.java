package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Steps from templates. */
@Conformance
@ExtendWith(BuildWorldResolver.class)
class BuildTemplatesConformance {
    @Test
    @Row({"build/template-args", "build/template-env-merge", "build/template-volume", "build/template-volumes-args"})
    void fillsATemplate(BuildWorld builds) {
        builds.make(Kind.BUILD_TEMPLATE, "filled", """
                parameters:
                - {name: WORD, description: what to say}
                - {name: FOLDER, default: /shared}
                - {name: VOLUME, default: own}
                steps:
                - {name: write, image: $SHELL, args: [-ec, 'echo ${WORD} ${UNKNOWN:-unknown} > ${FOLDER}/file; test "$KEPT $REPLACED $ADDED" = "old new added ${WORD}"'],
                   env: [{name: KEPT, value: old}, {name: REPLACED, value: old}],
                   volumeMounts: [{name: '${VOLUME}', mountPath: '${FOLDER}'}]}
                - {name: read, image: $SHELL, args: [-ec, 'test "$(cat /read/file)" = "hello unknown"'],
                   volumeMounts: [{name: '${VOLUME}', mountPath: /read}]}
                volumes: [{name: own, emptyDir: {}}]
                """);
        var defaults = builds.build("defaults", """
                template: {name: filled, arguments: [{name: WORD, value: hello}],
                           env: [{name: REPLACED, value: new}, {name: ADDED, value: 'added ${WORD}'}]}
                """);
        var given = builds.build("given", """
                volumes: [{name: mine, emptyDir: {}}]
                template: {name: filled, kind: BuildTemplate, env: [{name: REPLACED, value: new}, {name: ADDED, value: 'added ${WORD}'}],
                           arguments: [{name: WORD, value: hello}, {name: FOLDER, value: /elsewhere}, {name: VOLUME, value: mine}]}
                """);

        builds.succeeds(defaults);
        builds.succeeds(given);
        assertThat(defaults.at("/spec/template/kind")).isEqualTo("BuildTemplate");
    }

    @Test
    @Row("build/custom-source-cluster")
    void usesATemplateOfTheClusterUnderEitherKind(BuildWorld builds) {
        var name = builds.world().namespace();
        var platform = builds.world().platform();
        platform.kubectlWith(builds.filled("""
                apiVersion: build.knative.dev/v1alpha1
                kind: ClusterBuildTemplate
                metadata: {name: %s}
                spec:
                  steps: [{name: look, image: $SHELL, args: [-ec, 'test "$(cat made)" = generated']}]
                """.formatted(name)), "apply", "-f", "-")
                .succeeded();
        try {
            var source = "source: {custom: {image: $SHELL, args: [-ec, 'echo generated > made']}}\n";
            var said = builds.build("said", source + "template: {name: " + name + ", kind: ClusterBuildTemplate}");
            var found = builds.build("found", source + "template: {name: " + name + "}");
            builds.succeeds(said);
            assertThat(builds.succeeds(found).at("/status/stepsCompleted").toString())
                    .isEqualTo("[\"build-step-custom-source\",\"build-step-look\"]");
        } finally {
            platform.kubectl("delete", "clusterbuildtemplates.build.knative.dev", name)
                    .succeeded();
        }
    }

    @Test
    void bringsTheHistoricTemplates(BuildWorld builds) {
        assertThat(builds.world()
                        .platform()
                        .kubectl("get", "clusterbuildtemplates.build.knative.dev", "-o", "name")
                        .succeeded()
                        .out()
                        .lines()
                        .map(line -> line.replaceFirst(".*/", "")))
                .contains(
                        "bazel",
                        "buildah",
                        "buildkit",
                        "buildpacks-cf",
                        "buildpacks-cnb",
                        "jib",
                        "jib-gradle",
                        "jib-maven",
                        "kaniko",
                        "makisu");
    }

    /** Manifests as articles of 2018 print them: one with the same key twice, one that leans on a template of the catalogue. */
    @Test
    void takesManifestsOfItsTimeAndSaysWhatTheyLack(BuildWorld builds) {
        for (var kind : new String[] {"steps", "template"}) {
            var name = "article-" + kind;
            apply(builds, kind);
            var build = builds.world().thing(Kind.BUILD, name);
            assertThat(builds.fails(build))
                    .isEqualTo("BuildValidationFailed: serviceaccounts \"article-bot\" not found");
            build.delete();
            build.gone();
        }
        builds.plain(Kind.SERVICE_ACCOUNT, "metadata: {name: article-bot}");
        for (var kind : new String[] {"steps", "template"}) {
            apply(builds, kind);
        }
        for (var kind : new String[] {"steps", "template"}) {
            assertThat(builds.fails(builds.world().thing(Kind.BUILD, "article-" + kind)))
                    .startsWith("GitRemoteUnreachable: the Git repository https://git.sluice.invalid/me/" + kind
                            + " cannot be reached: its host name is unknown: build step");
        }
    }

    private static void apply(BuildWorld builds, String kind) {
        try (var manifest = BuildTemplatesConformance.class.getResourceAsStream("article-" + kind + ".yaml")) {
            builds.world()
                    .platform()
                    .kubectlWith(
                            new String(Objects.requireNonNull(manifest).readAllBytes(), StandardCharsets.UTF_8),
                            "-n",
                            builds.world().namespace(),
                            "apply",
                            "-f",
                            "-")
                    .succeeded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
