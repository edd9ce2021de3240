package dev.sluice.testing.git;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Git's own {@code http-backend} behind an HTTP server on loopback. */
public final class GitHttpServer implements AutoCloseable {
    private final HttpServer server;
    private final Path root;
    private final Consumer<String> asked;

    private GitHttpServer(HttpServer server, Path root, Consumer<String> asked) {
        this.server = server;
        this.root = root;
        this.asked = asked;
    }

    /** Without credentials, at an address of this machine. */
    public static GitHttpServer at(String address, Path root) throws IOException {
        return start(address, root, _ -> {}, null, null);
    }

    /** Without credentials; {@code asked} gets the path of every request before it is answered, and may take its time. */
    public static GitHttpServer at(String address, Path root, Consumer<String> asked) throws IOException {
        return start(address, root, asked, null, null);
    }

    /** For one user, at an address of this machine. */
    public static GitHttpServer at(String address, Path root, String user, String password) throws IOException {
        return start(address, root, _ -> {}, user, password);
    }

    /** On loopback, for one user. */
    public static GitHttpServer start(Path root, @Nullable String user, @Nullable String password) throws IOException {
        return start("127.0.0.1", root, _ -> {}, user, password);
    }

    private static GitHttpServer start(
            String address, Path root, Consumer<String> asked, @Nullable String user, @Nullable String password)
            throws IOException {
        var http = HttpServer.create(new InetSocketAddress(address, 0), 0);
        var server = new GitHttpServer(http, root, asked);
        var context = http.createContext("/", server::answer);
        if (user != null) {
            context.setAuthenticator(new BasicAuthenticator("git") {
                @Override
                public boolean checkCredentials(String name, String secret) {
                    return name.equals(user) && secret.equals(password);
                }
            });
        }
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    public String url() {
        return "http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.accept(exchange.getRequestURI().getPath());
            var builder = new ProcessBuilder("git", "http-backend");
            var env = builder.environment();
            env.put("GIT_PROJECT_ROOT", root.toString());
            env.put("GIT_HTTP_EXPORT_ALL", "1");
            env.put("GIT_CONFIG_COUNT", "1");
            env.put("GIT_CONFIG_KEY_0", "safe.directory");
            env.put("GIT_CONFIG_VALUE_0", "*");
            env.put("PATH_INFO", exchange.getRequestURI().getPath());
            var query = exchange.getRequestURI().getRawQuery();
            env.put("QUERY_STRING", query == null ? "" : query);
            env.put("REQUEST_METHOD", exchange.getRequestMethod());
            var headers = exchange.getRequestHeaders();
            set(env, "CONTENT_TYPE", headers.getFirst("Content-Type"));
            set(env, "HTTP_CONTENT_ENCODING", headers.getFirst("Content-Encoding"));
            set(env, "GIT_PROTOCOL", headers.getFirst("Git-Protocol"));
            var process = builder.start();
            try (var in = process.getOutputStream()) {
                exchange.getRequestBody().transferTo(in);
            }
            try (var out = new BufferedInputStream(process.getInputStream())) {
                int status = 200;
                for (var line = line(out); !line.isEmpty(); line = line(out)) {
                    int colon = line.indexOf(':');
                    var name = line.substring(0, colon);
                    var value = line.substring(colon + 1).strip();
                    if (name.equals("Status")) {
                        status = Integer.parseInt(value.substring(0, 3));
                    } else {
                        exchange.getResponseHeaders().add(name, value);
                    }
                }
                exchange.sendResponseHeaders(status, 0);
                out.transferTo(exchange.getResponseBody());
            }
        }
    }

    private static void set(java.util.Map<String, String> env, String name, @Nullable String value) {
        if (value != null) {
            env.put(name, value);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new java.io.ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
