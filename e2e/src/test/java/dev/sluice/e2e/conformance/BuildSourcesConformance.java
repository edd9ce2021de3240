package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.BuildWorld.script;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where a build gets its source from, and with whose name. */
@Conformance
@ExtendWith(BuildWorldResolver.class)
class BuildSourcesConformance {
    @Test
    @Row({"build/git-branch", "build/git-tag", "build/git-commitid", "build/git-ref", "build/sources-three"})
    void fetchesBranchesTagsCommitsAndRefs(BuildWorld builds) {
        var build = builds.build("revisions", """
                sources:
                - {name: branch, git: {url: $GIT, revision: dev}}
                - {name: tag, git: {url: $GIT, revision: v1}, targetPath: tag}
                - {name: commit, git: {url: $GIT, revision: $COMMIT}, targetPath: deep/commit}
                - {name: ref, git: {url: $GIT, revision: pull/100/head}, targetPath: ref}
                steps:
                - %s
                """.formatted(script(
                "look", "test \"$(cat file tag/file deep/commit/file ref/file)\" = 'devtaggedtaggedpull request'")));

        var ended = builds.succeeds(build);

        assertThat(ended.at("/status/commits")).hasSize(4);
        assertThat(ended.at("/status/commits/2/sha").asText()).isEqualTo(builds.sources().commit);
        assertThat(ended.at("/status/stepsCompleted").toString()).isEqualTo("[\"build-step-look\"]");
    }

    @Test
    @Row({"build/sources-two", "build/sources-gopath", "build/custom-source"})
    void putsSourcesOfSeveralKindsTogether(BuildWorld builds) {
        var build = builds.build("together", """
                sources:
                - {name: code, git: {url: $GIT, revision: main}, targetPath: src/example.test/app}
                - {name: made, custom: {image: $SHELL, args: [-ec, 'echo generated > /workspace/made']}}
                steps:
                - {image: $SHELL, workingDir: /workspace/src/example.test/app,
                   args: [-ec, 'test "$(cat file)" = main; test "$(cat /workspace/made)" = generated'],
                   env: [{name: GOPATH, value: /workspace}]}
                """);

        assertThat(builds.succeeds(build).at("/status/stepsCompleted").toString())
                .isEqualTo("[\"build-step-custom-source-made\",\"build-step-unnamed-0\"]");
    }

    @Test
    @Row("build/sources-one")
    void takesAListOfOneSource(BuildWorld builds) {
        builds.succeeds(builds.build("one", """
                sources: [{git: {url: $GIT, revision: main}}]
                steps:
                - %s
                """.formatted(script("look", "test \"$(cat file)\" = main"))));
    }

    @Test
    @Row({"build/subpath-exists", "build/subpath-nofile", "build/subpath-notexists"})
    void showsAFolderOfTheSourceAsTheWorkspace(BuildWorld builds) {
        var there = builds.build("there", source("web", script("look", "test \"$(cat page)\" = 'page of main'")));
        var noFile = builds.build("no-file", source("web", script("look", "test -e file")));
        var notThere = builds.build("not-there", source("nowhere", script("look", "true")));

        builds.succeeds(there);
        assertThat(builds.fails(noFile)).contains("build step \"build-step-look\" exited with code 1");
        assertThat(builds.fails(notThere))
                .startsWith("SubPathNotFound: the Git repository "
                        + builds.sources().url()
                        + " at \"main\" has no directory \"nowhere\", which is its subPath: build step"
                        + " \"build-step-git-source-0\" exited with code 1");
    }

    private static String source(String subPath, String step) {
        return "source: {git: {url: $GIT, revision: main}, subPath: " + subPath + "}\nsteps:\n- " + step;
    }

    @Test
    @Row("build/gcs-archive")
    void fetchesFromCloudStorage(BuildWorld builds) throws IOException {
        var buckets = builds.sources().buckets();
        assumeTrue(buckets.isPresent(), "the platform was told where Cloud Storage is");
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("web/page"));
            zip.write("zipped".getBytes(StandardCharsets.UTF_8));
        }
        buckets.get().put("code", "app.zip", bytes.toByteArray());
        buckets.get()
                .put(
                        "code",
                        "app.json",
                        "{\"page\": {\"sourceUrl\": \"gs://code/page\"}}".getBytes(StandardCharsets.UTF_8));
        buckets.get().put("code", "page", "listed".getBytes(StandardCharsets.UTF_8));
        var build = builds.build(
                "stored", """
                sources:
                - {name: zip, gcs: {type: Archive, location: "gs://code/app.zip"}}
                - {name: list, gcs: {type: Manifest, location: "gs://code/app.json"}, targetPath: listed}
                steps:
                - %s
                """.formatted(script("look", "test \"$(cat web/page listed/page)\" = zippedlisted")));
        var missing = builds.build(
                "missing",
                "source: {gcs: {type: Archive, location: \"gs://code/none.zip\"}}\nsteps:\n- "
                        + script("never", "true"));

        builds.succeeds(build);
        assertThat(builds.fails(missing))
                .startsWith("GcsObjectNotFound: there is no object gs://code/none.zip: build step");
    }

    @Test
    @Row("build/reuse-git-init")
    void letsAStepFetchAsWell(BuildWorld builds) {
        builds.succeeds(builds.build("reuse", """
                steps:
                - {name: clone, image: sluice/step, args: [git, -url, $GIT, -revision, v1, -path, again]}
                - %s
                """.formatted(script("look", "test \"$(cat again/file)\" = tagged"))));
    }

    @Test
    void failsWhenThereIsNothingToFetch(BuildWorld builds) {
        var build = builds.build(
                "nothing", "source: {git: {url: $GIT, revision: nowhere}}\nsteps:\n- " + script("never", "true"));

        assertThat(builds.fails(build))
                .startsWith("GitRevisionNotFound: the Git repository "
                        + builds.sources().url() + " has no revision \"nowhere\"");
    }

    @Test
    @Row({"build/serviceaccount", "build/docker-basic", "build/git-ssh"})
    void writesTheCredentialsOfItsServiceAccount(BuildWorld builds) {
        builds.plain(Kind.SECRET, """
                metadata: {name: hub, annotations: {build.knative.dev/docker-0: "https://hub.test/v1/"}}
                type: kubernetes.io/basic-auth
                stringData: {username: ann, password: secret}
                """);
        builds.plain(Kind.SECRET, """
                metadata: {name: key, annotations: {build.knative.dev/git-0: "git.test:2222"}}
                type: kubernetes.io/ssh-auth
                stringData: {ssh-privatekey: private, known_hosts: "git.test ssh-ed25519 AAAA"}
                """);
        builds.plain(Kind.SECRET, """
                metadata: {name: more}
                type: kubernetes.io/dockerconfigjson
                stringData: {.dockerconfigjson: '{"auths":{"other.test":{"auth":"Ym9iOng="}}}'}
                """);
        builds.plain(Kind.SECRET, """
                metadata: {name: git, annotations: {build.knative.dev/git-0: "%s"}}
                type: kubernetes.io/basic-auth
                stringData: {username: %s, password: %s}
                """.formatted(
                        builds.sources().closedServer(), BuildSources.USER, BuildWorld.quoted(BuildSources.PASSWORD)));
        builds.plain(
                Kind.SERVICE_ACCOUNT,
                "metadata: {name: builder}\nsecrets: [{name: hub}, {name: key}, {name: more}, {name: git}]");
        var private_ = builds.sources().closedServer() + "/app/.git";

        var with = builds.build("with", """
                serviceAccountName: builder
                source: {git: {url: %s, revision: main}}
                steps:
                - {name: look, image: $SHELL, args: [-ec, %s]}
                """.formatted(private_, BuildWorld.quoted("""
                test "$(cat file)" = main
                test "$(cat ~/.docker/config.json)" = '{"auths":{"other.test":{"auth":"Ym9iOng="},"https://hub.test/v1/":{"username":"ann","password":"secret","auth":"YW5uOnNlY3JldA==","email":"not@val.id"}}}'
                test "$(cat ~/.ssh/id_key)" = private
                test "$(cat ~/.ssh/known_hosts)" = "git.test ssh-ed25519 AAAA"
                grep -q "HostName git.test" ~/.ssh/config
                grep -q "IdentityFile /builder/home/.ssh/id_key" ~/.ssh/config
                grep -q "Port 2222" ~/.ssh/config
                test ! -e /var/build-secrets
                """.replace("\n", "; "))));
        var without = builds.build(
                "without",
                "source: {git: {url: \"" + private_ + "\", revision: main}}\nsteps:\n- " + script("never", "true"));

        var pod = builds.succeeds(with).at("/status/cluster/podName").asText();
        assertThat(builds.world()
                        .thing(Kind.POD, pod)
                        .json()
                        .at("/spec/serviceAccountName")
                        .asText())
                .isEqualTo("builder");
        assertThat(builds.fails(without))
                .startsWith("GitRemoteRepositoryPrivate: the Git repository " + private_
                        + " asks for credentials, and the build's service account has none for it");
    }
}
