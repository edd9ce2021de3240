package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.BuildWorld.script;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the steps of a build run, and how a build ends. */
@Conformance
@ExtendWith(BuildWorldResolver.class)
class BuildStepsConformance {
    @Test
    @Row({"build/multiple-steps", "build/workspace", "build/home", "build/workingdir", "build/unnamed-steps"})
    void runsStepsInOrderOverOneWorkspaceAndOneHome(BuildWorld builds) {
        var build = builds.build(
                "steps",
                "steps: ["
                        + script(
                                "one",
                                "test $PWD = /workspace; test $HOME = /builder/home; echo first > file; touch ~/kept")
                        + ", {image: $SHELL, args: [-ec, 'test -f /builder/home/kept; echo second >> /workspace/file']}"
                        + ", {image: $SHELL, workingDir: /tmp, args: [-ec, 'test $PWD = /tmp;"
                        + " test \"$(echo $(cat /workspace/file))\" = \"first second\"']}]");

        var status = builds.succeeds(build).at("/status");

        assertThat(status.at("/stepsCompleted").toString())
                .isEqualTo("[\"build-step-one\",\"build-step-unnamed-1\",\"build-step-unnamed-2\"]");
        assertThat(status.at("/stepStates"))
                .hasSize(3)
                .allSatisfy(state ->
                        assertThat(state.at("/terminated/exitCode").asInt(-1)).isZero());
        assertThat(status.at("/builder").asText()).isEqualTo("Cluster");
    }

    @Test
    @Row({"build/custom-env", "build/custom-volume", "build/home-volume", "build/git-volume"})
    void givesStepsTheirOwnEnvironmentAndVolumes(BuildWorld builds) {
        var build = builds.build("own", """
                steps:
                - {name: write, image: $SHELL, args: [-ec, 'test "$WORD" = mine; echo kept > /shared/file'],
                   env: [{name: WORD, value: mine}], volumeMounts: [{name: shared, mountPath: /shared}]}
                - {name: read, image: $SHELL, args: [-ec, 'test $HOME = /shared; test "$(cat ~/file)" = kept'],
                   env: [{name: HOME, value: /shared}], volumeMounts: [{name: shared, mountPath: /shared}]}
                - {name: instead, image: $SHELL, args: [-ec, 'test "$(cat /workspace/file)" = kept; test ! -e /builder/home/file'],
                   volumeMounts: [{name: shared, mountPath: /workspace}, {name: other, mountPath: /builder/home/}]}
                volumes: [{name: shared, emptyDir: {}}, {name: other, emptyDir: {}}]
                """);
        var fetched = builds.build("fetched", """
                source: {git: {url: $GIT, revision: main}}
                steps:
                - {name: copy, image: $SHELL, args: [-ec, 'cat file > /im/a/volume/file'],
                   volumeMounts: [{name: shared, mountPath: /im/a/volume}]}
                - {name: read, image: $SHELL, args: [-ec, 'test "$(cat /shared/file)" = main'],
                   volumeMounts: [{name: shared, mountPath: /shared}]}
                volumes: [{name: shared, emptyDir: {}}]
                """);

        builds.succeeds(build);
        builds.succeeds(fetched);
    }

    @Test
    @Row({"build/configmap", "build/secret-env", "build/secret-volume"})
    void readsConfigMapsAndSecrets(BuildWorld builds) {
        builds.plain(Kind.CONFIG_MAP, "metadata: {name: words}\ndata: {spoken: aloud}");
        builds.plain(Kind.SECRET, "metadata: {name: secrets}\nstringData: {kept: quiet}");
        var build = builds.build("reading", """
                steps:
                - {name: read, image: $SHELL,
                   args: [-ec, 'test "$(cat /words/spoken)" = aloud; test "$(cat /secrets/kept)" = quiet; test "$KEPT" = quiet'],
                   env: [{name: KEPT, valueFrom: {secretKeyRef: {name: secrets, key: kept}}}],
                   volumeMounts: [{name: words, mountPath: /words}, {name: secrets, mountPath: /secrets}]}
                volumes: [{name: words, configMap: {name: words}}, {name: secrets, secret: {secretName: secrets}}]
                """);

        builds.succeeds(build);
    }

    @Test
    @Row("build/step-status")
    void showsWhatAStepSaidAtItsEnd(BuildWorld builds) {
        var build =
                builds.build("telling", "steps: [" + script("tell", "echo -n all well > /dev/termination-log") + "]");

        assertThat(builds.succeeds(build)
                        .at("/status/stepStates/0/terminated/message")
                        .asText())
                .isEqualTo("all well");
    }

    @Test
    @Row({"build/fail", "build/panic"})
    void failsWithTheFirstStepThatFails(BuildWorld builds) {
        var failing = builds.build(
                "failing", "steps: [" + script("bad", "exit 3") + ", " + script("never", "touch /workspace/x") + "]");
        var crashing = builds.build("crashing", "steps: [" + script("crash", "sh -c 'kill -6 $$$$'") + "]");

        assertThat(builds.fails(failing))
                .matches(
                        "BuildFailed: build step \"build-step-bad\" exited with code 3 \\(image: \".+\"\\); for logs run:"
                                + " kubectl -n " + builds.world().namespace()
                                + " logs failing-pod-[0-9a-f]{6} -c build-step-bad");
        assertThat(builds.ended(failing).at("/status/stepsCompleted").toString())
                .isEqualTo("[\"build-step-bad\"]");
        assertThat(builds.fails(crashing)).contains("build step \"build-step-crash\" exited with code 134");
    }

    @Test
    @Row({"build/timeout-low", "build/timeout-high"})
    void endsWhatTakesTooLongAndOnlyThat(BuildWorld builds) {
        var slow = builds.build("slow", "timeout: 5s\nsteps: [" + script("wait", "sleep 400") + "]");
        var quick = builds.build("quick", "timeout: 500s\nsteps: [" + script("go", "true") + "]");

        assertThat(builds.fails(slow)).isEqualTo("BuildTimeout: Build \"slow\" failed to finish within \"5s\"");
        builds.succeeds(quick);
        assertThat(quick.at("/spec/timeout")).isEqualTo("500s");
    }

    @Test
    @Row("build/cancelled")
    void endsWhatIsCancelled(BuildWorld builds) {
        var build = builds.build("long", "steps: [" + script("wait", "sleep 400") + "]");
        build.until(
                "Building",
                object -> BuildWorld.succeeded(object).path("reason").asText().equals("Building"));

        build.merge("spec: {Status: BuildCancelled}");

        assertThat(builds.fails(build)).isEqualTo("BuildCancelled: Build \"long\" was cancelled");
        var pod = builds.world().thing(Kind.POD, build.at("/status/cluster/podName"));
        pod.gone();
    }

    @Test
    @Row("build/simple")
    void fillsInDefaultsAndNamesItsPod(BuildWorld builds) {
        var build = builds.build("simple", """
                steps:
                - name: all
                  image: $SHELL
                  args: [-ec, "true"]
                  resources: {limits: {cpu: 1, memory: 64Mi}, requests: {cpu: 10m}}
                  securityContext: {runAsUser: 0}
                  imagePullPolicy: IfNotPresent
                  terminationMessagePolicy: FallbackToLogsOnError
                nodeSelector: {}
                affinity: {}
                """);

        var ended = builds.succeeds(build);

        assertThat(ended.at("/spec/serviceAccountName").asText()).isEqualTo("default");
        assertThat(ended.at("/spec/timeout").asText()).isEqualTo("10m0s");
        var pod = builds.world()
                .thing(Kind.POD, ended.at("/status/cluster/podName").asText())
                .json();
        assertThat(pod.at("/metadata/name").asText()).matches("simple-pod-[0-9a-f]{6}");
        assertThat(pod.at("/metadata/labels/build.knative.dev~1buildName").asText())
                .isEqualTo("simple");
        assertThat(pod.at("/metadata/annotations/sidecar.istio.io~1inject").asText())
                .isEqualTo("false");
        assertThat(pod.at("/metadata/ownerReferences/0/kind").asText()).isEqualTo("Build");
        assertThat(pod.at("/spec/restartPolicy").asText()).isEqualTo("Never");
        assertThat(pod.at("/spec/containers/0/name").asText()).isEqualTo("nop");
        assertThat(ended.at("/status/startTime").asText())
                .isEqualTo(pod.at("/metadata/creationTimestamp").asText());
        assertThat(pod.at("/spec/initContainers/1/resources/limits/cpu").asText())
                .isEqualTo("1");
    }

    @Test
    @Row("build/invalid")
    void refusesWhatCannotBe(BuildWorld builds) {
        var start = "admission webhook \"webhook.build.knative.dev\" denied the request: mutation failed: ";
        assertThat(refusal(builds, "none", "{}"))
                .contains(start + "expected exactly one, got neither: spec.steps, spec.template");
        assertThat(refusal(builds, "with.dot", "steps: [" + script("a", "true") + "]"))
                .contains(start + "Invalid resource name: special character . must not be present: metadata.name");
        assertThat(refusal(builds, "a".repeat(64), "steps: [" + script("a", "true") + "]"))
                .contains(start + "Invalid resource name: length must be no more than 63 characters: metadata.name");
        assertThat(refusal(builds, "no-image", "steps: [{name: a}]"))
                .contains(start + "missing field(s): spec.steps.Image");
        assertThat(refusal(
                        builds,
                        "twice",
                        "steps: [" + script("a", "true") + "]\nsources: [{git: {url: u}}, {git: {url: v}}]"))
                .contains(start + "expected exactly one, got both: spec.sources.name");
        assertThat(refusal(builds, "long", "timeout: 48h\nsteps: [" + script("a", "true") + "]"))
                .contains(start + "expected 0 <= 48h0m0s <= 24: spec.timeout");
        assertThat(builds.world().list(Kind.BUILD)).isEmpty();
    }

    private static String refusal(BuildWorld builds, String name, String spec) {
        return builds.world().refusal(() -> builds.build(name, spec));
    }
}
