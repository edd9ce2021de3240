package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From a repository to a URL with the command line; a second version by rollout, and back. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class DeployE2E {
    private static final Path EXAMPLE =
            Platform.LAUNCHER.resolveSibling("examples").resolve("hello-java");
    private final Http http = new Http();

    @TempDir
    private Path folder = Path.of("");

    @Test
    void deploysAFolderThenRollsOutASecondVersionAndUndoesIt(Platform platform, TestNamespace namespace)
            throws Exception {
        var project = project();
        var watched = platform.sluice(
                        "deploy",
                        "--watch",
                        project.toString(),
                        "-n",
                        namespace.name(),
                        "--name",
                        "hello",
                        "--env",
                        "TARGET=you")
                .succeeded();
        assertThat(watched.out())
                .as("no terminal: every line with its time")
                .containsPattern("(?m)^ +\\d+s  \\[git-source-0\\] Successfully cloned ")
                .containsPattern("(?m)^ +\\d+s  \\[build-and-push\\] Pushed ")
                .containsPattern("(?m)^ +step build-and-push done$")
                .doesNotContain("\033");
        var url = Services.url(platform, namespace.name(), "hello");
        assertThat(http.get(url).body()).isEqualTo("Hello you from version 1!\n");
        assertThat(platform.sluice("logs", "hello", "-n", namespace.name())
                        .succeeded()
                        .out())
                .contains("listens on");

        var source = project.resolve("src/main/java/hello/Hello.java");
        Files.writeString(source, Files.readString(source).replace("version 1\"", "version 2\""));
        platform.kubectl("-n", namespace.name(), "annotate", "ksvc", "hello", "serving.knative.dev/rollout-duration=5s")
                .succeeded();
        // the changed file is not committed: a deployed folder is the folder as it stands
        var drawn = platform.sluiceOnATerminal(
                        "deploy", "--watch", project.toString(), "-n", namespace.name(), "--name", "hello")
                .succeeded();
        assertThat(drawn.out())
                .as("a board with the steps, their times and the end of the log, that is taken back")
                .containsPattern("Build     hello-\\w+  \\d+s\r?\n(  [✓·▸] .*\r?\n)*  ▸ build-and-push +\\d+s\r?\n")
                .containsPattern("  \\| \\[\\S+\\] \\S+")
                .contains("\033[A\r\033[2K");
        Services.waitReady(platform, namespace.name(), "hello");
        assertThat(http.get(url).body()).isEqualTo("Hello you from version 2!\n");

        platform.sluice("rollout", "undo", "hello", "-n", namespace.name()).succeeded();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(http.get(url).body()).contains("version 1"));
        assertThat(platform.sluice("describe", "service", "hello", "-n", namespace.name())
                        .succeeded()
                        .out())
                .contains("RolledBack");
    }

    @Test
    void saysWhyARepositoryDoesNotCompile(Platform platform, TestNamespace namespace) throws Exception {
        var project = project();
        var source = project.resolve("src/main/java/hello/Hello.java");
        Files.writeString(source, Files.readString(source).replace("class Hello", "clas Hello"));
        var deployed = platform.sluice("deploy", project.toString(), "-n", namespace.name(), "--name", "broken")
                .failed();
        assertThat(deployed.err().lines().filter(line -> line.startsWith("sluice: ")))
                .singleElement()
                .asString()
                .matches(
                        "sluice: build broken-\\w+ failed: CompilationFailed: .*Hello\\.java.*build step \"[\\w-]+\".*");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "ksvc,revisions,deployments", "-o", "name")
                        .out())
                .isEmpty();
    }

    @Test
    void saysThatAGitUrlDoesNotExist(Platform platform, TestNamespace namespace) {
        var deployed = platform.sluice(
                        "deploy", "http://127.0.0.1:1/nobody/nothing.git", "-n", namespace.name(), "--name", "nothing")
                .failed();
        assertThat(deployed.err().lines())
                .singleElement()
                .asString()
                .startsWith("sluice: cannot read the Git repository http://127.0.0.1:1/nobody/nothing.git: ")
                .contains("refused");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "ksvc,builds,pods", "-o", "name")
                        .out())
                .isEmpty();
    }

    @Test
    void saysThatATemplateIsMissing(Platform platform, TestNamespace namespace) {
        platform.kubectlWith("""
                        apiVersion: build.knative.dev/v1alpha1
                        kind: Build
                        metadata:
                          name: lost
                          namespace: %s
                        spec:
                          source:
                            git:
                              url: http://127.0.0.1:1/x.git
                              revision: main
                          template:
                            name: no-such-template
                        """.formatted(namespace.name()), "apply", "-f", "-")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "wait",
                        "build/lost",
                        "--for=condition=Succeeded=false",
                        "--timeout=180s")
                .succeeded();
        assertThat(Services.jsonpath(platform, namespace.name(), "build/lost", "{.status.conditions[0].reason}"))
                .isEqualTo("BuildValidationFailed");
        assertThat(Services.jsonpath(platform, namespace.name(), "build/lost", "{.status.conditions[0].message}"))
                .contains("no-such-template");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "pods", "-o", "name")
                        .out())
                .isEmpty();
    }

    private Path project() throws IOException {
        var project = folder.resolve("hello");
        try (var files = Files.walk(EXAMPLE)) {
            for (var file :
                    files.filter(f -> !f.startsWith(EXAMPLE.resolve("target"))).toList()) {
                var target = project.resolve(EXAMPLE.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        try (var git = Git.init().setDirectory(project.toFile()).call()) {
            git.add().addFilepattern(".").call();
            git.commit().setMessage("Say hello").setSign(false).call();
        } catch (org.eclipse.jgit.api.errors.GitAPIException e) {
            throw new IOException(e);
        }
        return project;
    }
}
