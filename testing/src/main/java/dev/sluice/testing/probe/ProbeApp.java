package dev.sluice.testing.probe;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small server of HTTP/1.1 on plain sockets.
 *
 * <pre>
 * /                              MESSAGE
 * /env /headers /args /protocol  how it was started, what came
 * /identity /cwd /stdin          uid= and gid=, the working directory, EOF
 * /stat?path= /read?path=        a file as seen from inside; /writable?path=, /create?path=FOLDER
 * /wait?first=MS&then=MS         a first byte after FIRST, the rest THEN later
 * /bloat?mb=N                    touches N MiB for a moment
 * /alone?ms=N                    500 when another request is in here
 * /ready /live                   200 until told otherwise; /ready?probe=ok is asked by path and query
 * /fail-ready /fail-live         from now on 503
 * /exit?code=N                   ends
 * /call?url=                     what that URL answers: status, line break, body
 * /host                          the pod's name
 * /socket                        a WebSocket that echoes, MESSAGE first where WS_PREFIX is set
 * </pre>
 *
 * Environment: {@code PORT}, {@code MORE_PORTS} (with commas), {@code MESSAGE}, {@code EXIT_CODE} and {@code EXIT_MESSAGE} (ends at once),
 * {@code START_DELAY_MS} (before it listens), {@code READY_FILE} (made when it listens).
 */
public final class ProbeApp {
    private final Map<String, String> env = System.getenv();
    private final String[] args;
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean ready = true;
    private volatile boolean live = true;

    private ProbeApp(String[] args) {
        this.args = args;
    }

    public static void main(String[] args) throws Exception {
        new ProbeApp(args).start();
    }

    private void start() throws Exception {
        if (env.containsKey("EXIT_CODE")) {
            System.out.println(env.getOrDefault("EXIT_MESSAGE", "ends as asked"));
            System.exit(Integer.parseInt(env.get("EXIT_CODE")));
        }
        TimeUnit.MILLISECONDS.sleep(Long.parseLong(env.getOrDefault("START_DELAY_MS", "0")));
        for (var port : env.getOrDefault("MORE_PORTS", "").split(",", -1)) {
            if (!port.isEmpty()) {
                var more = new ServerSocket(Integer.parseInt(port), 1024);
                Thread.ofPlatform().name("port-" + port).start(() -> accept(more));
            }
        }
        var server = new ServerSocket(Integer.parseInt(env.getOrDefault("PORT", "8080")), 1024);
        var readyFile = env.getOrDefault("READY_FILE", "");
        if (!readyFile.isEmpty()) {
            Files.createFile(Path.of(readyFile));
        }
        System.out.println("probe listens on " + server.getLocalPort());
        accept(server);
    }

    private void accept(ServerSocket server) {
        try {
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            System.out.println("accepting: " + e);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            var response = new Response(new BufferedOutputStream(socket.getOutputStream()));
            for (var request = Request.read(in); request != null; request = Request.read(in)) {
                if (request.path().equals("/socket")) {
                    EchoSocket.serve(request, in, response, env.containsKey("WS_PREFIX") ? message() + " " : "");
                    return;
                }
                try {
                    answer(request, response);
                } catch (IOException e) {
                    response.send(500, e.toString());
                }
            }
        } catch (IOException e) {
            System.out.println("connection: " + e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(Request request, Response response) throws IOException, InterruptedException {
        switch (request.path()) {
            case "/env" -> response.send(200, lines(env));
            case "/headers" -> response.send(200, lines(request.headers()));
            case "/args" -> response.send(200, String.join("\n", args));
            case "/protocol" -> response.send(200, request.protocol());
            case "/identity" -> response.send(200, Container.identity());
            case "/cwd" -> response.send(200, System.getProperty("user.dir"));
            case "/stdin" -> response.send(200, Container.standardInput());
            case "/stat" -> response.send(200, Container.stat(path(request)));
            case "/read" -> response.send(200, Files.readString(path(request)));
            case "/write" -> {
                Files.writeString(path(request), request.query("text", ""));
                response.send(200, "written");
            }
            case "/writable" -> response.send(200, Container.writable(path(request)));
            case "/create" -> response.send(200, Container.createIn(path(request)));
            case "/wait" -> waitAsAsked(request, response);
            case "/bloat" -> response.send(200, bloat(request.number("mb", 0)));
            case "/alone" -> alone(request, response);
            case "/ready" -> response.send(ready ? 200 : 503, "ready " + ready);
            case "/live" -> response.send(live ? 200 : 503, "live " + live);
            case "/fail-ready" -> {
                ready = false;
                response.send(200, "from now on not ready");
            }
            case "/fail-live" -> {
                live = false;
                response.send(200, "from now on not live");
            }
            case "/asked" ->
                response.send(request.query("probe", "").equals("ok") ? 200 : 404, "probed by path and query");
            case "/exit" -> Runtime.getRuntime().halt(request.number("code", 1));
            case "/call" -> call(request, response);
            case "/host" -> response.send(200, env.getOrDefault("HOSTNAME", "?"));
            default -> response.send(200, message());
        }
    }

    private static Path path(Request request) {
        return Path.of(request.query("path", "/"));
    }

    private String message() {
        return env.getOrDefault("MESSAGE", "Hello World!");
    }

    private static void waitAsAsked(Request request, Response response) throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(request.number("first", 0));
        response.startChunks();
        response.chunk("first ");
        int pieces = Math.max(1, request.number("pieces", 1));
        for (int i = 0; i < pieces; i++) {
            TimeUnit.MILLISECONDS.sleep(request.number("then", 0) / pieces);
            response.chunk("then ");
        }
        response.endChunks();
    }

    /** Outside of the heap, so that the container's limit decides and not the JVM's. */
    private static String bloat(int mebibytes) {
        try (var arena = Arena.ofConfined()) {
            long bytes = mebibytes * 1024L * 1024;
            var memory = arena.allocate(bytes);
            for (long i = 0; i < bytes; i += 4096) {
                memory.set(ValueLayout.JAVA_BYTE, i, (byte) 1);
            }
            return "touched " + mebibytes;
        }
    }

    private void alone(Request request, Response response) throws IOException, InterruptedException {
        try {
            boolean alone = inside.incrementAndGet() == 1;
            TimeUnit.MILLISECONDS.sleep(request.number("ms", 50));
            response.send(alone ? 200 : 500, alone ? "alone" : "not alone");
        } finally {
            inside.decrementAndGet();
        }
    }

    private static void call(Request request, Response response) throws IOException {
        try {
            var connection = (HttpURLConnection)
                    URI.create(request.query("url", "")).toURL().openConnection();
            connection.setConnectTimeout(5_000);
            int status = connection.getResponseCode();
            var body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            response.send(
                    200, status + "\n" + (body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            response.send(502, e.toString());
        }
    }

    private static String lines(Map<String, String> values) {
        var text = new StringBuilder();
        new TreeMap<>(values)
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        return text.toString();
    }
}
