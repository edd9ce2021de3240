package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.app.control.ControlRequest.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where nobody can be asked; the cluster has one kind of Sluice's and writes down what it is told. */
class UninstallVerbTest {
    private static final String DEFINITIONS = """
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinitionList", "items": [{
              "metadata": {"name": "builds.build.knative.dev"},
              "spec": {"group": "build.knative.dev", "scope": "Namespaced", "names": {"kind": "Build", "plural": "builds"},
                       "versions": [{"name": "v1alpha1", "storage": true, "served": true}]}}]}""";

    private final List<String> methods = new CopyOnWriteArrayList<>();
    private final HttpServer cluster;

    @TempDir
    Path folder;

    UninstallVerbTest() throws IOException {
        cluster = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        cluster.createContext("/", exchange -> {
            methods.add(exchange.getRequestMethod());
            boolean definitions = exchange.getRequestURI().getPath().endsWith("/customresourcedefinitions");
            var body = (definitions ? DEFINITIONS : "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        cluster.start();
    }

    @AfterEach
    void stop() {
        cluster.stop(0);
    }

    @Test
    void refusesWithoutYesWhereThereIsNoTerminalToAskAt() throws IOException {
        var kubeconfig = Files.writeString(
                folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                contexts: [{name: c, context: {cluster: c, user: u}}]
                current-context: c
                users: [{name: u, user: {}}]
                """.formatted(cluster.getAddress().getPort()));
        var verb = new UninstallVerb();
        verb.kubeconfig = kubeconfig;
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        var here = new LocalVerb.Here(
                name -> name.equals("SLUICE_HOME") ? folder.resolve("home").toString() : null,
                new Terminal(false, false),
                nowhere,
                nowhere);

        assertThatThrownBy(() -> verb.run(here))
                .isInstanceOf(VerbException.class)
                .hasMessage("nothing was removed, as there is no terminal to ask at; --yes removes without asking");
        assertThat(methods).isNotEmpty().containsOnly("GET");
    }
}
