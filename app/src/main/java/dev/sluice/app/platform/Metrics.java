package dev.sluice.app.platform;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import com.uber.m3.tally.ScopeCloseException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The numbers of the instance for Prometheus, at {@code /metrics}: events and their delivery, how revisions are scaled, and Temporal's
 * workers. */
final class Metrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Scope temporal = new RootScopeBuilder()
            .reporter(new MicrometerClientStatsReporter(registry))
            .reportEvery(com.uber.m3.util.Duration.ofSeconds(1));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Runnable> refreshes = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Metrics(InetSocketAddress listen) {
        try {
            server = HttpServer.create(listen, 0);
        } catch (IOException e) {
            throw new PlatformException("listening on " + listen + " for metrics: " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** What is done before each reading. */
    void beforeReading(Runnable refresh) {
        refreshes.add(refresh);
    }

    MeterRegistry registry() {
        return registry;
    }

    /** What workers and clients of Temporal count in. */
    Scope temporal() {
        return temporal;
    }

    String url() {
        return "http://" + Network.words(server.getAddress()) + "/metrics";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean known = exchange.getRequestURI().getPath().equals("/metrics");
            if (known) {
                refreshes.forEach(Runnable::run);
            }
            var body = (known ? registry.scrape(TEXT) : "metrics are at /metrics\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", known ? TEXT : "text/plain");
            exchange.sendResponseHeaders(known ? 200 : 404, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        try {
            temporal.close();
        } catch (ScopeCloseException e) {
            LOG.atDebug().setCause(e).log("the last numbers of Temporal were not reported");
        }
    }
}
