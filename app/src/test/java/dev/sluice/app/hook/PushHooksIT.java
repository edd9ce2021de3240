package dev.sluice.app.hook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PushHooksIT {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String BEFORE = "89abcdef0123456789abcdef0123456789abcdef";
    private static final String PUSH = "{\"ref\": \"refs/heads/main\", \"after\": \"" + COMMIT + "\"}";

    private final List<Push> built = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private WebServer server;
    private volatile boolean unpushable;
    private volatile @Nullable KubernetesClientException failure;

    @BeforeEach
    void start() {
        var services = new PushedServices() {
            @Override
            public Optional<Hook> hook(String namespace, String service) {
                return namespace.equals("n") && service.equals("s")
                        ? Optional.of(new Hook("geheim", "main"))
                        : Optional.empty();
            }

            @Override
            public String build(String namespace, String service, Push push) {
                built.add(push);
                var refused = failure;
                if (refused != null) {
                    throw refused;
                }
                if (unpushable) {
                    throw new UnpushableException("service s was deployed from a folder");
                }
                return "s-push";
            }
        };
        server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .shutdownHook(false)
                .routing(routing -> routing.register("/hooks", new PushHooks(services)))
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        server.stop();
        client.close();
    }

    @Test
    void buildsWhatGitHubSigned() throws Exception {
        assertThat(post(
                        "/n/s",
                        PUSH,
                        PushSignature.GITHUB,
                        "sha256=" + PushSignature.hmac(PUSH.getBytes(UTF_8), "geheim")))
                .isEqualTo("202 build s-push");
        assertThat(built).containsExactly(new Push("main", COMMIT, ""));
    }

    @Test
    void buildsWhatBitbucketServerSigned() throws Exception {
        var pushed = """
                {"eventKey": "repo:refs_changed", "changes": [
                  {"ref": {"id": "refs/heads/other", "type": "BRANCH"}, "toHash": "%s", "type": "ADD"},
                  {"ref": {"id": "refs/heads/main", "type": "BRANCH"}, "fromHash": "%s", "toHash": "%s", "type": "UPDATE"}]}
                """.formatted(COMMIT.replace('0', 'f'), BEFORE, COMMIT);
        var signature = "sha256=" + PushSignature.hmac(pushed.getBytes(UTF_8), "geheim");

        assertThat(post("/n/s", pushed, PushSignature.BITBUCKET, signature)).isEqualTo("202 build s-push");
        assertThat(built).containsExactly(new Push("main", COMMIT, BEFORE));
        assertThat(post("/n/s", pushed.replaceAll("[0-9a-f]{40}", "0".repeat(40)), PushSignature.GITLAB, "geheim"))
                .isEqualTo("200 nothing to build");
    }

    @Test
    void buildsWhatGitLabSent() throws Exception {
        var pushed = PUSH.replace("{", "{\"before\": \"" + BEFORE + "\", ");
        assertThat(post("/n/s", pushed, PushSignature.GITLAB, "geheim")).isEqualTo("202 build s-push");
        assertThat(built).containsExactly(new Push("main", COMMIT, BEFORE));
    }

    @Test
    void tellsNobodyAnythingWithoutAGoodSignature() throws Exception {
        var wrong = "sha256=" + PushSignature.hmac(PUSH.getBytes(UTF_8), "geraten");
        var good = "sha256=" + PushSignature.hmac(PUSH.getBytes(UTF_8), "geheim");
        assertThat(List.of(
                        post("/n/s", PUSH, PushSignature.GITHUB, wrong),
                        post("/n/s", PUSH + " ", PushSignature.GITHUB, good),
                        post("/n/s", PUSH, PushSignature.GITHUB, "sha256="),
                        post("/n/s", PUSH, PushSignature.BITBUCKET, wrong),
                        post("/n/s", PUSH, PushSignature.BITBUCKET, "sha1=0123"),
                        post("/n/s", PUSH, PushSignature.GITLAB, "geraten"),
                        post("/n/s", PUSH, PushSignature.GITLAB, ""),
                        post("/n/s", PUSH, "X-Other", "x"),
                        post("/n/unknown", PUSH, PushSignature.GITHUB, good),
                        post("/n/unknown", PUSH, PushSignature.GITLAB, "nobody has this secret")))
                .containsOnly("401 no good signature");
        assertThat(built).isEmpty();
    }

    @Test
    void buildsNothingForWhatIsNoPushToItsBranch() throws Exception {
        assertThat(signed(PUSH.replace("heads/main", "heads/other"))).isEqualTo("200 nothing to build");
        assertThat(signed(PUSH.replace("heads/main", "tags/v1"))).isEqualTo("200 nothing to build");
        assertThat(signed(PUSH.replace(COMMIT, "0".repeat(40)))).isEqualTo("200 nothing to build");
        assertThat(signed("{}")).isEqualTo("200 nothing to build");
        assertThat(signed("hello")).isEqualTo("400 the body is not JSON");
        assertThat(built).isEmpty();
    }

    @Test
    void saysWhyAPushCannotBeBuilt() throws Exception {
        unpushable = true;
        assertThat(signed(PUSH)).isEqualTo("409 service s was deployed from a folder");
    }

    @Test
    void saysWhatTheApiServerRefuses() throws Exception {
        failure = new KubernetesClientException(
                "denied",
                400,
                new StatusBuilder().withMessage("invalid value: spec.x").build());
        assertThat(signed(PUSH)).isEqualTo("409 invalid value: spec.x");

        failure = new KubernetesClientException("away", 500, null);
        assertThat(signed(PUSH)).isEqualTo("503 the build could not be started; try again");
    }

    @Test
    void readsNoMoreThanItMay() throws Exception {
        assertThat(signed(" ".repeat(PushHooks.LONGEST) + PUSH))
                .isEqualTo("413 the body is longer than " + PushHooks.LONGEST + " bytes");
    }

    private String signed(String body) throws IOException, InterruptedException {
        return post("/n/s", body, PushSignature.GITLAB, "geheim");
    }

    private String post(String path, String body, String header, String value)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/hooks" + path))
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = client.send(request, BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body().strip();
    }
}
