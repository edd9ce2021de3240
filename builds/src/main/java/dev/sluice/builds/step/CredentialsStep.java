package dev.sluice.builds.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Writes the credentials of mounted secrets where tools look for them below HOME: {@code .docker/config.json}, {@code .gitconfig},
 * {@code .git-credentials} and {@code .ssh}. Later kinds win: dockercfg, then dockerconfigjson, then basic authentication.
 */
final class CredentialsStep {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StepContext context;
    private final Path secrets;

    CredentialsStep(StepContext context) {
        this.context = context;
        this.secrets = Path.of(context.env("SLUICE_SECRETS").orElse("/var/build-secrets"));
    }

    Map<String, String> run() throws IOException {
        Files.createDirectories(context.home());
        docker();
        git();
        ssh();
        context.out().println("Credentials initialized.");
        return Map.of();
    }

    /** {@code secret=url} */
    private record Entry(String secret, String target) {
        static Entry parse(String text) {
            int equals = text.indexOf('=');
            return new Entry(text.substring(0, equals), text.substring(equals + 1));
        }
    }

    private List<Entry> entries(String option) {
        var entries = context.options(option).stream().map(Entry::parse).toList();
        var seen = new HashSet<String>();
        for (var entry : entries) {
            if (!seen.add(entry.target())) {
                throw new StepFailure("BadCredentials", "Multiple entries for url: " + entry.target());
            }
        }
        return entries;
    }

    private void docker() throws IOException {
        var auths = JSON.createObjectNode();
        for (var secret : context.options("docker-cfg")) {
            merge(auths, JSON.readTree(read(secret, ".dockercfg")));
        }
        for (var secret : context.options("docker-config")) {
            merge(auths, JSON.readTree(read(secret, ".dockerconfigjson")).path("auths"));
        }
        for (var entry : entries("basic-docker")) {
            var user = read(entry.secret(), "username");
            var password = read(entry.secret(), "password");
            auths.putObject(entry.target())
                    .put("username", user)
                    .put("password", password)
                    .put(
                            "auth",
                            Base64.getEncoder()
                                    .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)))
                    .put("email", "not@val.id");
        }
        if (!auths.isEmpty()) {
            var config = JSON.createObjectNode();
            config.set("auths", auths);
            write(".docker/config.json", JSON.writeValueAsString(config));
        }
    }

    private static void merge(ObjectNode auths, com.fasterxml.jackson.databind.JsonNode more) {
        more.properties().forEach(entry -> auths.set(entry.getKey(), entry.getValue()));
    }

    private void git() throws IOException {
        var config = new StringBuilder("[credential]\n\thelper = store\n");
        var credentials = new StringBuilder();
        for (var entry : entries("basic-git")) {
            var user = read(entry.secret(), "username");
            var url = url(entry);
            config.append("[credential \"").append(entry.target()).append("\"]\n");
            config.append("\tusername = ").append(user).append('\n');
            credentials
                    .append(url.getScheme())
                    .append("://")
                    .append(encode(user))
                    .append(':')
                    .append(encode(read(entry.secret(), "password")))
                    .append('@')
                    .append(url.getRawAuthority())
                    .append(url.getRawPath())
                    .append('\n');
        }
        if (!credentials.isEmpty()) {
            write(".gitconfig", config.toString());
            write(".git-credentials", credentials.toString());
        }
    }

    private static URI url(Entry entry) {
        try {
            var url = new URI(entry.target());
            if (url.getScheme() != null && url.getRawAuthority() != null) {
                return url;
            }
        } catch (URISyntaxException _) {
            // told below
        }
        throw new StepFailure(
                "BadCredentials",
                "secret \"" + entry.secret() + "\": \"" + entry.target()
                        + "\" in its annotation is no URL with scheme and host, as https://github.com is");
    }

    private void ssh() throws IOException {
        var config = new StringBuilder();
        var hosts = new StringBuilder();
        for (var entry : entries("ssh-git")) {
            int colon = entry.target().lastIndexOf(':');
            var host = colon < 0 ? entry.target() : entry.target().substring(0, colon);
            var key = ".ssh/id_" + entry.secret();
            write(key, read(entry.secret(), "ssh-privatekey") + "\n");
            config.append("Host ").append(host).append('\n');
            config.append("    HostName ").append(host).append('\n');
            config.append("    IdentityFile ")
                    .append(context.home().resolve(key))
                    .append('\n');
            if (colon >= 0) {
                config.append("    Port ")
                        .append(entry.target().substring(colon + 1))
                        .append('\n');
            }
            var known = secrets.resolve(entry.secret()).resolve("known_hosts");
            if (Files.exists(known)) {
                hosts.append(Files.readString(known).strip()).append('\n');
            } else { // nobody said which key to expect: the first one seen is taken, as Knative Build did
                config.append("    StrictHostKeyChecking accept-new\n");
            }
        }
        if (!config.isEmpty()) {
            write(".ssh/config", config.toString());
            write(".ssh/known_hosts", hosts.toString());
        }
    }

    private String read(String secret, String key) throws IOException {
        var file = secrets.resolve(secret).resolve(key);
        if (!Files.exists(file)) {
            throw new StepFailure("BadCredentials", "secret \"" + secret + "\" has no key \"" + key + "\"");
        }
        return Files.readString(file).strip();
    }

    private void write(String name, String content) throws IOException {
        var file = context.home().resolve(name);
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
