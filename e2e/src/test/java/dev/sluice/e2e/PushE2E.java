package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What somebody pushes becomes what a service runs, and who cannot push is told so at once. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class PushE2E {
    private final Http http = new Http();

    @TempDir
    private Path folder = Path.of("");

    @TempDir
    private Path other = Path.of("");

    @Test
    void aPushIsBuiltAndDeployedAlsoOfARepositoryThatPodsDoNotReach(Platform platform, TestNamespace namespace)
            throws Exception {
        try (var git = Git.init()
                .setDirectory(folder.toFile())
                .setInitialBranch("main")
                .call()) {
            commit(git, "one");
            platform.sluice("deploy", folder.toUri().toString(), "-n", namespace.name(), "--name", "site")
                    .succeeded();
            var url = Services.url(platform, namespace.name(), "site");
            assertThat(http.get(url).body()).isEqualTo("one\n");
            var hook = platform.sluice("webhook", "site", "-n", namespace.name())
                    .succeeded()
                    .out();

            var second = commit(git, "two");
            assertThat(push(hook, second)).startsWith("202 build site-push-" + second.substring(0, 10));
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(http.get(url).body()).isEqualTo("two\n"));
            assertThat(push(hook, "0123456789abcdef0123456789abcdef01234567"))
                    .contains("there is no commit 0123456789abcdef0123456789abcdef01234567")
                    .startsWith("409 ");

            // an image of the same name is none of the service's business
            platform.sluice("build", folder.toString(), "-n", namespace.name(), "--name", "site")
                    .succeeded();
            platform.sluice(
                            "deploy",
                            folder.toUri().toString(),
                            "-n",
                            namespace.name(),
                            "--name",
                            "site",
                            "--revision",
                            "nowhere")
                    .failed();
            // neither is a deploy that came to nothing, of a folder or of another repository
            Files.writeString(other.resolve("notes"), "nothing that can be built");
            platform.sluice("deploy", other.toString(), "-n", namespace.name(), "--name", "site")
                    .failed();
            try (var unbuildable = Git.init().setDirectory(other.toFile()).call()) {
                unbuildable.add().addFilepattern(".").call();
                unbuildable.commit().setMessage("notes").setSign(false).call();
            }
            platform.sluice("deploy", other.toUri().toString(), "-n", namespace.name(), "--name", "site")
                    .failed();
            var third = commit(git, "three");
            assertThat(push(hook, third)).startsWith("202 build site-push-" + third.substring(0, 10));
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(http.get(url).body()).isEqualTo("three\n"));

            // back to a commit that is built already
            assertThat(push(hook, second)).startsWith("202 build site-push-" + second.substring(0, 10));
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(http.get(url).body()).isEqualTo("two\n"));
        }
        platform.kubectl("-n", namespace.name(), "delete", "ksvc", "site").succeeded();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> platform.kubectl("-n", namespace.name(), "get", "secret", "site-push-hook")
                        .all()
                        .contains("not found"));
    }

    @Test
    void aServiceThatNoPushCouldBuildGetsNoHook(Platform platform, TestNamespace namespace) throws Exception {
        Files.writeString(folder.resolve("index.html"), "one\n");
        platform.sluice("deploy", folder.toString(), "-n", namespace.name(), "--name", "site")
                .succeeded();

        assertThat(platform.sluice("webhook", "site", "-n", namespace.name())
                        .failed()
                        .err())
                .isEqualTo(
                        "sluice: service site was deployed from a folder, to which nobody pushes: deploy it from a Git repository\n");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "secret", "site-push-hook")
                        .all())
                .contains("not found");
    }

    private String commit(Git git, String text) throws Exception {
        Files.writeString(folder.resolve("index.html"), text + "\n");
        git.add().addFilepattern(".").call();
        return git.commit().setMessage(text).setSign(false).call().getName();
    }

    /** As GitLab tells it; the answer's code and text. */
    private static String push(String hook, String commit) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(word(hook, "URL")))
                .timeout(Duration.ofSeconds(60))
                .header("X-Gitlab-Token", word(hook, "Secret"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"ref\": \"refs/heads/main\", \"after\": \"" + commit + "\"}"))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }

    private static String word(String text, String name) {
        var line = Pattern.compile("(?m)^" + name + " +(\\S+)$").matcher(text);
        if (!line.find()) {
            throw new AssertionError("no " + name + " in " + text);
        }
        return line.group(1);
    }
}
