package dev.sluice.gateway.admin;

import dev.sluice.gateway.balance.GateSnapshot;
import dev.sluice.gateway.balance.RevisionNumbers;
import dev.sluice.gateway.trace.SpanNumbers;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Prometheus text. Knative's names where it has one: {@code revision_request_count} and
 * {@code revision_request_latencies} (milliseconds there, seconds here as Prometheus asks, hence our own name for it).
 */
final class MetricsPage {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final String[] CLASSES = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    private static final double[] BOUNDS = RevisionNumbers.bounds();

    private final StringBuilder page = new StringBuilder();
    private final List<GateSnapshot> gates;

    private MetricsPage(List<GateSnapshot> gates) {
        this.gates = gates;
    }

    static String render(List<GateSnapshot> gates, AdminServer.Gauges gauges) {
        var page = new MetricsPage(gates);
        page.requests();
        page.latencies();
        page.waits();
        page.gauge("revision_request_concurrency", "Requests at a pod now.", GateSnapshot::inFlight);
        page.gauge("revision_queue_depth", "Requests waiting for a pod now.", GateSnapshot::queued);
        page.gauge("sluice_revision_open_pods", "Pods that take requests now.", GateSnapshot::openPods);
        page.single("sluice_gateway_connections", "gauge", "Client connections now.", gauges.connections());
        page.single("sluice_gateway_unrouted_requests_total", "counter", "Requests for hosts without a route.", (double)
                gauges.unrouted());
        page.spans(gauges.spans());
        return page.page.toString();
    }

    private void requests() {
        head("revision_request_count", "counter", "Answers by class of their status.");
        for (var gate : gates) {
            for (int i = 0; i < CLASSES.length; i++) {
                long count = gate.totals().byClass().get(i);
                if (count > 0) {
                    line("revision_request_count", labels(gate, "response_code_class", CLASSES[i]), (double) count);
                }
            }
        }
    }

    private void latencies() {
        var name = "sluice_revision_request_duration_seconds";
        head(name, "histogram", "From the choice of a pod to the end of its answer.");
        for (var gate : gates) {
            long sum = 0;
            var buckets = gate.totals().buckets();
            if (buckets.stream().allMatch(count -> count == 0)) {
                continue;
            }
            for (int i = 0; i < buckets.size(); i++) {
                sum += buckets.get(i);
                var bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
                line(name + "_bucket", labels(gate, "le", bound), (double) sum);
            }
            line(name + "_sum", labels(gate), gate.totals().seconds());
            line(name + "_count", labels(gate), (double) sum);
        }
    }

    private void waits() {
        var name = "sluice_revision_queue_wait_seconds";
        head(name, "summary", "Before a request that had to wait went to its pod: cold starts and full pods.");
        for (var gate : gates) {
            if (gate.totals().waits() > 0) {
                line(name + "_sum", labels(gate), gate.totals().waitedSeconds());
                line(name + "_count", labels(gate), (double) gate.totals().waits());
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
        page.append(name).append(labels).append(' ');
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            page.append((long) value);
        } else {
            page.append(value);
        }
        page.append('\n');
    }

    /** Names of Kubernetes objects need no escaping. */
    private static String labels(GateSnapshot gate) {
        return "{namespace_name=\"" + gate.revision().namespace() + "\",revision_name=\""
                + gate.revision().name() + "\"}";
    }

    private static String labels(GateSnapshot gate, String name, String value) {
        var common = labels(gate);
        return common.substring(0, common.length() - 1) + "," + name + "=\"" + value + "\"}";
    }
}
