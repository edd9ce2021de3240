package dev.sluice.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Starts the process of an image by hand, in its file system but without platform, and measures until it answers. */
final class BareStart {
    private static final Path BUBBLEWRAP = Path.of("/usr/bin/bwrap");
    private static final int ROUNDS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Of the command and of the probe for it: where one of these is not allowed, none of it works. */
    private static final List<String> ISOLATION =
            List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--die-with-parent");

    private static final String MANIFESTS =
            "application/vnd.oci.image.manifest.v1+json,application/vnd.docker.distribution.manifest.v2+json";

    /** What came of it. */
    sealed interface Outcome {
        /** @param median of a few starts, from exec to the first answer */
        record Took(Duration median) implements Outcome {}

        /** A machine that cannot give the process the image's file system need not be able to run it. */
        record NotHere(String why) implements Outcome {}
    }

    private final HttpClient http =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    private final ObjectMapper json = new ObjectMapper();
    private final String repository;

    private BareStart(String registry, String name) {
        repository = "http://" + registry + "/v2/" + name;
    }

    static Outcome measure(String registry, String image) throws IOException, InterruptedException {
        if (!image.startsWith(registry + "/")) {
            throw new DemoFailure("the image " + image + " is not in the registry " + registry);
        }
        var reference = image.substring(registry.length() + 1);
        int at = reference.indexOf('@');
        var start = new BareStart(registry, reference.substring(0, at));
        var root = Files.createTempDirectory("sluice-bare");
        try {
            var manifest = start.json(start.get("/manifests/" + reference.substring(at + 1)));
            var config = start.json(start.get(
                            "/blobs/" + manifest.path("config").path("digest").asText()))
                    .path("config");
            for (var layer : manifest.path("layers")) {
                start.unpack(layer.path("digest").asText(), root);
            }
            return rounds(root, config, isolates());
        } finally {
            try (var files = Files.walk(root)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    static Outcome rounds(Path root, JsonNode config, boolean isolated) throws IOException, InterruptedException {
        var nanos = new long[ROUNDS];
        try {
            for (int i = 0; i < ROUNDS; i++) {
                nanos[i] = once(root, config, isolated);
            }
        } catch (DemoFailure e) {
            if (isolated) {
                throw e;
            }
            return new Outcome.NotHere(String.valueOf(e.getMessage()));
        }
        return new Outcome.Took(Figures.percentile(nanos, 0.5));
    }

    static List<String> command(Path root, JsonNode config, boolean isolated) {
        var command = new ArrayList<String>();
        if (isolated) {
            command.addAll(List.of(BUBBLEWRAP.toString(), "--bind", root.toString(), "/"));
            command.addAll(ISOLATION);
        }
        for (var part : List.of("Entrypoint", "Cmd")) {
            config.path(part).forEach(word -> command.add(isolated ? word.asText() : outside(root, word.asText())));
        }
        return command;
    }

    private static long once(Path root, JsonNode config, boolean isolated) throws IOException, InterruptedException {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var builder = new ProcessBuilder(command(root, config, isolated))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        for (var entry : config.path("Env")) {
            var text = entry.asText();
            int equals = text.indexOf('=');
            builder.environment().put(text.substring(0, equals), text.substring(equals + 1));
        }
        builder.environment().put("PORT", Integer.toString(port));
        builder.environment().putIfAbsent("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        long start = System.nanoTime();
        var process = builder.start();
        try {
            while (true) {
                try {
                    Caller.once("http://127.0.0.1:" + port + "/");
                    return System.nanoTime() - start;
                } catch (IOException e) {
                    if (!process.isAlive() || System.nanoTime() - start > LIMIT.toNanos()) {
                        throw new DemoFailure("the bare process does not answer: " + e.getMessage(), e);
                    }
                    TimeUnit.MILLISECONDS.sleep(1);
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Whether a process can be given the file system of the image; else, as its pods here, it gets the paths of its files. */
    private static boolean isolates() throws IOException, InterruptedException {
        return Files.isExecutable(BUBBLEWRAP)
                && new ProcessBuilder(probe())
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
    }

    static List<String> probe() {
        var command = new ArrayList<>(List.of(BUBBLEWRAP.toString(), "--bind", "/", "/"));
        command.addAll(ISOLATION);
        command.add("true");
        return command;
    }

    /** Leads to the image's files also what an option names, as for its AOT cache: {@code -XX:AOTCache=/app/app.aot}. */
    private static String outside(Path root, String word) {
        int equals = word.indexOf('=');
        return word.startsWith("-") && equals > 0
                ? word.substring(0, equals + 1) + led(root, word.substring(equals + 1))
                : led(root, word);
    }

    private static String led(Path root, String word) {
        return Arrays.stream(word.split(":", -1))
                .map(part -> part.startsWith("/") && Files.exists(root.resolve(part.substring(1)))
                        ? root.resolve(part.substring(1)).toString()
                        : part)
                .collect(Collectors.joining(":"));
    }

    private void unpack(String digest, Path root) throws IOException, InterruptedException {
        var tar = new ProcessBuilder("tar", "-xzf", "-", "-C", root.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = get("/blobs/" + digest);
                var out = tar.getOutputStream()) {
            in.transferTo(out);
        }
        if (tar.waitFor() != 0) {
            throw new DemoFailure("unpacking " + digest + " failed");
        }
    }

    private InputStream get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(repository + path))
                .header("Accept", MANIFESTS)
                .timeout(LIMIT)
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new DemoFailure("the registry answered " + response.statusCode() + " for " + request.uri());
        }
        return response.body();
    }

    private JsonNode json(InputStream in) throws IOException {
        try (in) {
            return json.readTree(in);
        }
    }
}
