package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.Build;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildPodsTest {
    private static final BuildPods PODS =
            new BuildPods(new BuildPodSettings("r/step:1", List.of("r:5000"), Map.of("SLUICE_BASE_IMAGE", "r/base")));

    @Test
    void runsCredentialsThenSourcesThenSteps() {
        var pod = pod("""
                sources:
                - {name: app, git: {url: u, revision: main}, subPath: web}
                - {name: lib, git: {url: v, revision: v1}, targetPath: third/lib}
                - {name: more, custom: {image: fetcher}}
                steps:
                - {name: one, image: a}
                - {image: b}
                """);

        assertThat(pod.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly(
                        "build-step-credential-initializer",
                        "build-step-git-source-app",
                        "build-step-git-source-lib",
                        "build-step-custom-source-more",
                        "build-step-one",
                        "build-step-unnamed-1");
        assertThat(container(pod, "build-step-git-source-lib").getArgs())
                .containsExactly("git", "-url", "v", "-revision", "v1", "-path", "third/lib");
        assertThat(Sources.of(pod).containers())
                .containsExactly("build-step-git-source-app", "build-step-git-source-lib");
        assertThat(pod.getSpec().getContainers()).extracting(Container::getName).containsExactly("nop");
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
    }

    @Test
    void showsTheSubPathToStepsOnly() {
        var pod = pod("""
                source: {git: {url: u, revision: main}, subPath: web}
                steps: [{name: one, image: a}]
                """);

        assertThat(workspace(container(pod, "build-step-git-source-0")).getSubPath())
                .isNull();
        assertThat(workspace(container(pod, "build-step-one")).getSubPath()).isEqualTo("web");
        assertThat(container(pod, "build-step-git-source-0").getArgs())
                .containsExactly("git", "-url", "u", "-revision", "main", "-sub-path", "web");
    }

    @Test
    void fetchesFromCloudStorageWithItsOwnImage() {
        var source = container(pod("""
                source: {gcs: {type: Manifest, location: "gs://b/o"}, targetPath: lib, subPath: lib/web}
                steps: [{name: one, image: a}]
                """), "build-step-gcs-source-0");

        assertThat(source.getImage()).isEqualTo("r/step:1");
        assertThat(source.getArgs())
                .containsExactly(
                        "gcs",
                        "--location",
                        "gs://b/o",
                        "--type",
                        "Manifest",
                        "--dest_dir",
                        "/workspace/lib",
                        "--sub-path",
                        "lib/web");
    }

    @Test
    void leavesToStepsWhatTheyMountAndSet() {
        var pod = pod("""
                steps:
                - name: one
                  image: a
                  workingDir: /elsewhere
                  env: [{name: HOME, value: /mine}]
                  volumeMounts: [{name: own, mountPath: /workspace/}]
                volumes: [{name: own, emptyDir: {}}]
                """);
        var step = container(pod, "build-step-one");

        assertThat(step.getVolumeMounts()).extracting(VolumeMount::getName).containsExactly("own", "home");
        assertThat(step.getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("HOME", "/builder/home"),
                        org.assertj.core.api.Assertions.tuple("HOME", "/mine"));
        assertThat(step.getWorkingDir()).isEqualTo("/elsewhere");
    }

    @Test
    void putsTheStepImageInPlaceOfItsNameInTemplates() {
        var step = container(pod("steps: [{name: one, image: sluice/step, args: [jib]}]"), "build-step-one");

        assertThat(step.getImage()).isEqualTo("r/step:1");
        assertThat(step.getEnv())
                .extracting(EnvVar::getName)
                .containsExactly("HOME", "SLUICE_BASE_IMAGE", "SLUICE_INSECURE_REGISTRIES");
    }

    @Test
    void mountsTheSecretsOfTheAccountForTheCredentialsOnly() {
        var docker = secret("hub", "kubernetes.io/basic-auth", Map.of("build.knative.dev/docker-0", "https://gcr.io"));
        var ssh = secret("key", "kubernetes.io/ssh-auth", Map.of("build.knative.dev/git-0", "github.com"));
        var other = secret("other", "Opaque", Map.of());
        var pod = PODS.pod(
                build("steps: [{name: one, image: a}]"),
                build("steps: [{name: one, image: a}]").getSpec(),
                List.of(docker, ssh, other));
        var credentials = container(pod, "build-step-credential-initializer");

        assertThat(credentials.getArgs())
                .containsExactly("credentials", "-basic-docker=hub=https://gcr.io", "-ssh-git=key=github.com");
        assertThat(credentials.getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .containsExactly("/var/build-secrets/hub", "/var/build-secrets/key", "/workspace", "/builder/home");
        assertThat(container(pod, "build-step-one").getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .containsExactly("/workspace", "/builder/home");
        assertThat(pod.getSpec().getVolumes())
                .extracting("name")
                .containsExactly("workspace", "home", "secret-volume-hub", "secret-volume-key");
    }

    @Test
    void namesTheVolumeOfAnySecret() {
        var long49 = "s".repeat(49);
        var secrets = List.of("my.registry", "my-registry", long49, long49 + "x", long49 + "y").stream()
                .map(name -> secret(name, "kubernetes.io/dockerconfigjson", Map.of()))
                .toList();
        var build = build("steps: [{name: one, image: a}]");

        var pod = PODS.pod(build, build.getSpec(), secrets);

        assertThat(pod.getSpec().getVolumes())
                .extracting(Volume::getName)
                .allMatch(name -> name.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"))
                .doesNotHaveDuplicates()
                .contains("secret-volume-my-registry", "secret-volume-" + long49);
        assertThat(container(pod, "build-step-credential-initializer").getVolumeMounts())
                .filteredOn(mount -> mount.getMountPath().equals("/var/build-secrets/my.registry"))
                .extracting(VolumeMount::getName)
                .singleElement()
                .asString()
                .startsWith("secret-volume-my-registry-");
    }

    @Test
    void leavesAMountWithoutAPathToTheApiServerToRefuse() {
        var pod = pod("{cache: [{name: c, path: /c}], steps: [{name: one, image: a, volumeMounts: [{name: x}]}]}");

        assertThat(container(pod, "build-step-one").getVolumeMounts())
                .extracting(VolumeMount::getName)
                .containsExactly("x", "workspace", "home");
        assertThat(BuildVolumes.mounted(
                                pod,
                                build("{cache: [{name: c, path: /c}], steps: []}")
                                        .getSpec(),
                                null)
                        .getSpec()
                        .getVolumes())
                .isNotEmpty();
    }

    @Test
    void ownsItsPodUnderANameThatOnlyThisBuildHas() {
        var pod = pod("steps: [{name: one, image: a}]");

        assertThat(pod.getMetadata().getName())
                .matches("b-pod-[0-9a-f]{6}")
                .isEqualTo(BuildPods.name(new BuildRef("n", "b", "u")));
        assertThat(BuildPods.name(new BuildRef("n", "b", "v")))
                .isNotEqualTo(pod.getMetadata().getName());
        assertThat(pod.getMetadata().getLabels()).containsEntry("build.knative.dev/buildName", "b");
        assertThat(pod.getMetadata().getAnnotations()).containsEntry("sidecar.istio.io/inject", "false");
        assertThat(pod.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getController()).isTrue());
    }

    @Test
    void goesWhereTheBuildSaysAndRunsAsItSays() {
        var spec = pod("""
                serviceAccountName: builder
                nodeSelector: {disktype: ssd}
                affinity:
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                      - matchExpressions: [{key: zone, operator: In, values: [a]}]
                steps: [{name: one, image: a}]
                """).getSpec();

        assertThat(spec.getServiceAccountName()).isEqualTo("builder");
        assertThat(spec.getNodeSelector()).isEqualTo(Map.of("disktype", "ssd"));
        assertThat(spec.getAffinity()
                        .getNodeAffinity()
                        .getRequiredDuringSchedulingIgnoredDuringExecution()
                        .getNodeSelectorTerms())
                .singleElement()
                .satisfies(term -> assertThat(term.getMatchExpressions())
                        .singleElement()
                        .satisfies(e -> assertThat(e.getKey() + " " + e.getOperator() + " " + e.getValues())
                                .isEqualTo("zone In [a]")));
    }

    @Test
    void carriesLabelsAndAnnotationsOfTheBuild() {
        var build = build("steps: [{name: one, image: a}]");
        build.getMetadata().setLabels(Map.of("team", "blue", "build.knative.dev/buildName", "another"));
        build.getMetadata()
                .setAnnotations(Map.of(
                        "note",
                        "kept",
                        FurtherPods.NUMBER,
                        "many",
                        FurtherPods.FINISHED,
                        "build-step-one",
                        "sidecar.istio.io/inject",
                        "true",
                        "kubectl.kubernetes.io/last-applied-configuration",
                        "{}"));

        var pod = PODS.pod(build, build.getSpec(), List.of());

        assertThat(pod.getMetadata().getLabels()).isEqualTo(Map.of("team", "blue", "build.knative.dev/buildName", "b"));
        assertThat(pod.getMetadata().getAnnotations())
                .isEqualTo(Map.of("note", "kept", "sidecar.istio.io/inject", "false", Sources.ANNOTATION, ""));
    }

    static Secret secret(String name, String type, Map<String, String> annotations) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withAnnotations(annotations)
                .endMetadata()
                .withType(type)
                .build();
    }

    private static Pod pod(String spec) {
        var build = build(spec);
        return PODS.pod(build, build.getSpec(), List.of());
    }

    static Build build(String spec) {
        return Serialization.unmarshal(
                "apiVersion: build.knative.dev/v1alpha1\nkind: Build\nmetadata: {namespace: n, name: b, uid: u}\nspec:\n"
                        + spec.indent(2),
                Build.class);
    }

    private static Container container(Pod pod, String name) {
        return pod.getSpec().getInitContainers().stream()
                .filter(c -> c.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static VolumeMount workspace(Container container) {
        return container.getVolumeMounts().stream()
                .filter(m -> m.getName().equals("workspace"))
                .findFirst()
                .orElseThrow();
    }
}
