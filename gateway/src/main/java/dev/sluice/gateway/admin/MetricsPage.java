package dev.sluice.gateway.admin;

import dev.sluice.gateway.balance.AnswerTotals;
import dev.sluice.gateway.balance.GateSnapshot;
import dev.sluice.gateway.trace.SpanNumbers;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Prometheus text. What Knative's activator and queue-proxy tell of requests has their names and units; here one place sees both: {@code
 * activator_*} and {@code revision_request_*} are about all requests from their coming, {@code revision_app_*} about those that went to a
 * pod, from then on.
 */
final class MetricsPage {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double[] KNATIVE_MILLIS = {
        5, 10, 20, 40, 60, 80, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1_000, 2_000, 5_000,
        10_000, 20_000, 50_000, 100_000
    };
    private static final double[] SECONDS = {
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300
    };
    private static final double SECOND = 1_000;

    private final StringBuilder page = new StringBuilder();
    private final List<GateSnapshot> gates;

    private MetricsPage(List<GateSnapshot> gates) {
        this.gates = gates;
    }

    static String render(List<GateSnapshot> gates, AdminServer.Gauges gauges) {
        var page = new MetricsPage(gates);
        page.knative("revision_request", "Requests to a revision", GateSnapshot::all);
        page.knative("activator_request", "Requests that came to the gateway", GateSnapshot::all);
        page.knative("revision_app_request", "Requests that went to a pod", GateSnapshot::ofPods);
        page.latencies(
                "sluice_revision_request_duration_seconds",
                "From the choice of a pod to the end of its answer.",
                SECONDS,
                SECOND,
                GateSnapshot::ofPods);
        page.waits();
        page.gauge("revision_request_concurrency", "Requests at a pod now.", GateSnapshot::inFlight);
        page.gauge(
                "activator_request_concurrency",
                "Requests in the gateway now.",
                gate -> (double) gate.inFlight() + gate.queued());
        page.gauge("revision_queue_depth", "Requests waiting for a pod now.", GateSnapshot::queued);
        page.gauge("sluice_revision_open_pods", "Pods that take requests now.", GateSnapshot::openPods);
        page.single("sluice_gateway_connections", "gauge", "Client connections now.", gauges.connections());
        page.single("sluice_gateway_unrouted_requests_total", "counter", "Requests for hosts without a route.", (double)
                gauges.unrouted());
        page.spans(gauges.spans());
        return page.page.toString();
    }

    private void knative(String name, String what, Function<GateSnapshot, AnswerTotals> totals) {
        requests(name + "_count", what + ", by their answer.", totals);
        latencies(name + "_latencies", what + ", in milliseconds.", KNATIVE_MILLIS, 1, totals);
    }

    private void requests(String name, String help, Function<GateSnapshot, AnswerTotals> totals) {
        head(name, "counter", help);
        for (var gate : gates) {
            totals.apply(gate).byStatus().forEach((status, count) -> {
                var code = labels(gate, "response_code", Integer.toString(status));
                line(name, with(code, "response_code_class", status / 100 + "xx"), (double) count);
            });
        }
    }

    /** @param unit in milliseconds, of the bounds */
    private void latencies(
            String name, String help, double[] bounds, double unit, Function<GateSnapshot, AnswerTotals> totals) {
        head(name, "histogram", help);
        for (var gate : gates) {
            var answers = totals.apply(gate);
            long count = answers.count();
            if (count == 0) {
                continue;
            }
            for (var bound : bounds) {
                line(name + "_bucket", labels(gate, "le", number(bound)), (double)
                        answers.within(Math.rint(bound * unit)));
            }
            line(name + "_bucket", labels(gate, "le", "+Inf"), (double) count);
            line(name + "_sum", labels(gate), answers.millis() / unit);
            line(name + "_count", labels(gate), (double) count);
        }
    }

    private void waits() {
        var name = "sluice_revision_queue_wait_seconds";
        head(name, "summary", "Before a request that had to wait went to its pod: cold starts and full pods.");
        for (var gate : gates) {
            if (gate.waits() > 0) {
                line(name + "_sum", labels(gate), gate.waitedSeconds());
                line(name + "_count", labels(gate), (double) gate.waits());
            }
        }
    }

    private void spans(SpanNumbers.Totals spans) {
        var name = "sluice_gateway_spans_total";
        head(name, "counter", "Spans sent, sent and not taken, dropped as too many waited.");
        line(name, "{outcome=\"exported\"}", (double) spans.exported());
        line(name, "{outcome=\"failed\"}", (double) spans.failed());
        line(name, "{outcome=\"dropped\"}", (double) spans.dropped());
    }

    private void gauge(String name, String help, ToDoubleFunction<GateSnapshot> value) {
        head(name, "gauge", help);
        for (var gate : gates) {
            line(name, labels(gate), value.applyAsDouble(gate));
        }
    }

    private void single(String name, String type, String help, double value) {
        head(name, type, help);
        line(name, "", value);
    }

    private void head(String name, String type, String help) {
        page.append("# HELP ").append(name).append(' ').append(help).append('\n');
        page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void line(String name, String labels, double value) {
        page.append(name).append(labels).append(' ').append(number(value)).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** Names of Kubernetes objects need no escaping. */
    private static String labels(GateSnapshot gate) {
        return "{namespace_name=\"" + gate.revision().namespace()
                + "\",service_name=\"" + gate.owners().service()
                + "\",configuration_name=\"" + gate.owners().configuration()
                + "\",revision_name=\"" + gate.revision().name() + "\"}";
    }

    private static String labels(GateSnapshot gate, String name, String value) {
        return with(labels(gate), name, value);
    }

    private static String with(String labels, String name, String value) {
        return labels.substring(0, labels.length() - 1) + "," + name + "=\"" + value + "\"}";
    }
}
