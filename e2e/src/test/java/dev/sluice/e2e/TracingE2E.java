package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A ConfigMap, written while everything runs, sends the spans of requests to a collector. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class TracingE2E {
    private final Http http = new Http();

    @Test
    void spansOfRequestsReachTheCollectorThatTheConfigMapNames(Platform platform, TestNamespace namespace)
            throws Exception {
        var url = Services.applyReady(
                platform,
                namespace.name(),
                "traced",
                Services.manifest(namespace.name(), "traced", Images.echo(platform), Map.of()));
        var exports = new CopyOnWriteArrayList<String>();
        var collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            try (exchange) {
                exports.add(HexFormat.of().formatHex(exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        collector.start();
        try {
            configure(
                    platform,
                    "{\"tracing-protocol\":\"http/protobuf\",\"tracing-endpoint\":\"http://127.0.0.1:"
                            + collector.getAddress().getPort() + "\"}");
            var trace = UUID.randomUUID().toString().replace("-", "");

            await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
                var answer = http.post(url, Map.of("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"), "x");
                assertThat(answer.statusCode()).isEqualTo(202); // as it answers what is posted
                assertThat(exports).anyMatch(export -> export.contains(trace));
            });

            assertThat(List.of("traced", "activator_proxy"))
                    .allSatisfy(word -> assertThat(exports)
                            .anyMatch(export -> export.contains(
                                    HexFormat.of().formatHex(word.getBytes(StandardCharsets.US_ASCII)))));
        } finally {
            configure(platform, "{\"tracing-protocol\":null,\"tracing-endpoint\":null}");
            collector.stop(0);
        }
    }

    private static void configure(Platform platform, String data) {
        platform.kubectl(
                        "-n",
                        "knative-serving",
                        "patch",
                        "configmap",
                        "config-observability",
                        "--type",
                        "merge",
                        "-p",
                        "{\"data\":" + data + "}")
                .succeeded();
    }
}
