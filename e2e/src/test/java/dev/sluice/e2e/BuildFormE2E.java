package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Services of 2018 that say what to build, beside those that say what to run. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class BuildFormE2E {
    private static final Path EXAMPLE =
            Platform.LAUNCHER.resolveSibling("examples").resolve("hello-java");

    @Test
    void buildsWhatItsConfigurationNames(Platform platform, TestNamespace namespace) {
        var git = repository(platform, namespace);
        var image = platform.registry() + "/" + namespace.name() + "/launched:1";
        var url = Services.applyReady(
                platform,
                namespace.name(),
                "launched",
                service(namespace, "launched", build(git, "main", image), image));
        assertThat(new Http().get(url).body()).isEqualTo("Hello 2018 from version 1!\n");
        assertThat(Services.jsonpath(platform, namespace.name(), "build/launched-00001", "{.status.image.name}"))
                .isEqualTo(image);
        var digest = Services.jsonpath(platform, namespace.name(), "build/launched-00001", "{.status.image.digest}");
        assertThat(digest).startsWith("sha256:");
        assertThat(Services.jsonpath(
                        platform,
                        namespace.name(),
                        "revision/launched-00001",
                        "{.status.containerStatuses[0].imageDigest}"))
                .as("what was built is what runs")
                .endsWith("@" + digest);
    }

    @Test
    void saysInTheServiceWhyItsBuildFailed(Platform platform, TestNamespace namespace) {
        var git = repository(platform, namespace);
        var image = platform.registry() + "/" + namespace.name() + "/failing:1";
        platform.kubectlWith(service(namespace, "failing", build(git, "nowhere", image), image), "apply", "-f", "-")
                .succeeded();
        platform.kubectl(
                        "-n", namespace.name(), "wait", "ksvc/failing", "--for=condition=Ready=false", "--timeout=120s")
                .succeeded();
        assertThat(Services.jsonpath(
                        platform,
                        namespace.name(),
                        "ksvc/failing",
                        "{.status.conditions[?(@.type==\"Ready\")].message}"))
                .startsWith("Revision \"failing-00001\" failed with message: GitRevisionNotFound: the Git repository "
                        + git + " has no revision \"nowhere\"");
        assertThat(Services.jsonpath(platform, namespace.name(), "deployments", "{.items[*].metadata.labels}"))
                .doesNotContain("failing");
    }

    @Test
    void aManualServiceSaysThatItIs(Platform platform, TestNamespace namespace) {
        platform.kubectlWith("""
                        apiVersion: serving.knative.dev/v1alpha1
                        kind: Service
                        metadata:
                          name: by-hand
                          namespace: %s
                        spec:
                          manual: {}
                        """.formatted(namespace.name()), "apply", "-f", "-")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "wait",
                        "ksvc/by-hand",
                        "--for=jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}=Manual",
                        "--timeout=60s")
                .succeeded();
    }

    /** A repository that build pods reach: that of a service deployed from the example. */
    private static String repository(Platform platform, TestNamespace namespace) {
        platform.sluice("deploy", EXAMPLE.toString(), "-n", namespace.name(), "--name", "source")
                .succeeded();
        return Services.jsonpath(platform, namespace.name(), "builds", "{.items[0].spec.source.git.url}");
    }

    private static String build(String git, String revision, String image) {
        return """
                source:
                  git:
                    url: %s
                    revision: %s
                template:
                  name: jib
                  kind: ClusterBuildTemplate
                  arguments:
                  - name: IMAGE
                    value: %s
                """.formatted(git, revision, image);
    }

    private static String service(TestNamespace namespace, String name, String build, String image) {
        return """
                apiVersion: serving.knative.dev/v1alpha1
                kind: Service
                metadata:
                  name: %s
                  namespace: %s
                spec:
                  runLatest:
                    configuration:
                      build:
                %s\
                      revisionTemplate:
                        spec:
                          container:
                            image: %s
                            env:
                            - name: TARGET
                              value: "2018"
                """.formatted(name, namespace.name(), build.indent(8), image);
    }
}
