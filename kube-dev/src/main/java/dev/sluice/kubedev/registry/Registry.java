package dev.sluice.kubedev.registry;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.processes.Ports;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An OCI registry over plain http, with its content in a folder; serves when {@link #start} returns. */
public final class Registry implements AutoCloseable {

    /** What a test wants answered instead of the truth. */
    @FunctionalInterface
    public interface Fault {
        /** Empty for the truth. */
        OptionalInt statusFor(String method, String path);
    }

    /**
     * What to run.
     *
     * @param port 0 for that of last time or a free one
     * @param users passwords by user name; when empty, everybody may do everything
     */
    public record Options(Path folder, int port, Map<String, String> users) {
        public Options {
            users = Map.copyOf(users);
        }

        public static Options in(Path folder) {
            return new Options(folder, 0, Map.of());
        }

        public Options withPort(int number) {
            return new Options(folder, number, users);
        }

        public Options withUser(String name, String password) {
            return new Options(folder, port, Map.of(name, password));
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
    private static final Fault TRUTH = (_, _) -> OptionalInt.empty();
    private static final HeaderName VERSION = HeaderNames.create("Docker-Distribution-Api-Version");
    private static final String LOOPBACK = "127.0.0.1";

    private final int port;
    private final Map<String, String> users;
    private final Handler protocol;
    private final Deque<WebServer> listeners = new ArrayDeque<>();
    private volatile String host = LOOPBACK;
    private volatile Fault fault = TRUTH;

    private Registry(int port, Map<String, String> users, Handler protocol) {
        this.port = port;
        this.users = users;
        this.protocol = protocol;
    }

    public static Registry start(Options options) {
        try {
            var blobs = new Blobs(options.folder().resolve("blobs"));
            var uploads = new Uploads(options.folder().resolve("uploads"), blobs);
            var repositories = new Repositories(options.folder().resolve("repositories"), blobs);
            int port = Ports.rememberedIn(options.folder().resolve("ports")).of("registry", options.port());
            var registry = new Registry(port, options.users(), new RegistryProtocol(blobs, uploads, repositories));
            registry.listen(LOOPBACK);
            return registry;
        } catch (IOException e) {
            throw new UncheckedIOException("starting a registry in " + options.folder(), e);
        }
    }

    /** Serves at the same port of another address of this machine, whose name is the registry's from now on. */
    public void alsoAt(String address) {
        listen(address);
        host = address;
    }

    private void listen(String address) {
        listeners.addLast(WebServer.builder()
                .host(address)
                .port(port)
                .shutdownHook(false)
                .addConnectionSelector(new TlsRefusal())
                .routing(routing -> routing.any(this::answer))
                .build()
                .start());
    }

    /** Host and port, as image references begin: one name for the host and for pods. */
    public String address() {
        return host + ":" + port;
    }

    public int port() {
        return port;
    }

    /** From now on, until {@link #healed()}: for tests. */
    public void failing(Fault rule) {
        fault = rule;
    }

    public void healed() {
        fault = TRUTH;
    }

    private void answer(ServerRequest request, ServerResponse response) {
        response.header(VERSION, "registry/2.0");
        var method = RegistryProtocol.method(request);
        var path = request.path().path();
        try {
            var wanted = fault.statusFor(method, path);
            if (wanted.isPresent()) {
                throw new RegistryError(wanted.getAsInt(), "UNAVAILABLE", "refused on request of a test");
            }
            if (!allowed(request.headers().first(HeaderNames.AUTHORIZATION).orElse(""))) {
                response.header(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"sluice\"");
                throw new RegistryError(401, "UNAUTHORIZED", "authentication required");
            }
            protocol.handle(request, response);
        } catch (RegistryError e) {
            refuse(response, method, e);
        } catch (Exception e) {
            LOG.atWarn()
                    .addKeyValue("method", method)
                    .addKeyValue("path", path)
                    .setCause(e)
                    .log("request failed");
            if (response.isSent()) {
                // Only a broken connection tells the client that the body is not whole.
                throw new IllegalStateException(method + " " + path + " broke while its answer was sent", e);
            }
            refuse(response, method, new RegistryError(500, "UNKNOWN", "internal error"));
        }
    }

    private static void refuse(ServerResponse response, String method, RegistryError error) {
        if (method.equals("HEAD")) {
            response.status(error.status()).send();
            return;
        }
        var message = error.getMessage() == null ? "" : error.getMessage();
        RegistryProtocol.json(
                response,
                error.status(),
                "{\"errors\":[{\"code\":\"" + error.code() + "\",\"message\":" + new TextNode(message) + "}]}");
    }

    private boolean allowed(String authorization) {
        if (users.isEmpty()) {
            return true;
        }
        boolean found = false;
        for (var user : users.entrySet()) {
            var expected = "Basic "
                    + Base64.getEncoder()
                            .encodeToString((user.getKey() + ":" + user.getValue()).getBytes(StandardCharsets.UTF_8));
            found |= MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8), authorization.getBytes(StandardCharsets.UTF_8));
        }
        return found;
    }

    @Override
    public void close() {
        listeners.descendingIterator().forEachRemaining(WebServer::stop);
    }
}
