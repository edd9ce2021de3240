package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bad manifests are refused with one message that names the field, and nothing is stored. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class BadInputE2E {
    @Test
    void namesAnUnknownField(Platform platform, TestNamespace namespace) {
        refused(
                platform,
                namespace,
                service(namespace, "      containers:\n      - image: x\n        imag: y\n"),
                "unknown field \"spec.template.spec.containers[0].imag\"");
    }

    @Test
    void namesAMissingImage(Platform platform, TestNamespace namespace) {
        refused(
                platform,
                namespace,
                service(namespace, "      containers:\n      - env:\n        - name: A\n          value: b\n"),
                "missing field(s): spec.template.spec.containers[0].image");
    }

    @Test
    void namesAFieldOfTheWrongType(Platform platform, TestNamespace namespace) {
        refused(
                platform,
                namespace,
                service(namespace, "      timeoutSeconds: soon\n      containers:\n      - image: x\n"),
                "spec.template.spec.timeoutSeconds");
    }

    @Test
    void saysWhatTheTrafficSumsTo(Platform platform, TestNamespace namespace) {
        refused(
                platform,
                namespace,
                service(namespace, "      containers:\n      - image: x\n")
                        + "  traffic:\n  - latestRevision: true\n    percent: 99\n",
                "Traffic targets sum to 99, want 100: spec.traffic");
    }

    @Test
    void refusesTheLaunchManifestAsItWasPrinted(Platform platform, TestNamespace namespace) {
        refused(
                platform,
                namespace,
                launchManifest(namespace, "docker.io/{username}/helloworld-go"),
                "Failed to parse image reference");
    }

    @Test
    void runsTheLaunchManifestWithItsUserNameFilledIn(Platform platform, TestNamespace namespace) {
        var image = Images.onDockerHub(platform, "somebody/helloworld-go");
        var url = Services.applyReady(platform, namespace.name(), "launch", launchManifest(namespace, image));
        assertThat(new Http().get(url).body()).isEqualTo("Hello Go Sample v1!\n");
    }

    private static String service(TestNamespace namespace, String podSpec) {
        return """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: refused
                  namespace: %s
                spec:
                  template:
                    spec:
                %s""".formatted(namespace.name(), podSpec);
    }

    /** The form of the launch article of July 2018. */
    private static String launchManifest(TestNamespace namespace, String image) {
        return """
                apiVersion: serving.knative.dev/v1alpha1
                kind: Service
                metadata:
                  name: launch
                  namespace: %s
                spec:
                  runLatest:
                    configuration:
                      revisionTemplate:
                        spec:
                          container:
                            image: "%s"
                            env:
                            - name: TARGET
                              value: "Go Sample v1"
                """.formatted(namespace.name(), image);
    }

    private static void refused(Platform platform, TestNamespace namespace, String manifest, String message) {
        var applied = platform.kubectlWith(manifest, "apply", "-f", "-").failed();
        assertThat(applied.all()).contains(message);
        assertThat(platform.kubectl("-n", namespace.name(), "get", "ksvc", "-o", "name")
                        .succeeded()
                        .out())
                .isEmpty();
    }
}
