package dev.sluice.gateway.trace;

import dev.sluice.model.dataplane.RevisionId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one request, of one thread at a time. The children have the names that Knative's activator gives them.
 *
 * <pre>
 * server span  |------------------------------------|
 * throttler_try    |-------|      the wait for a pod, where there is one
 * activator_proxy          |------------------------|   one for each pod that is tried; the parent of the pod's span
 * </pre>
 */
public final class RequestTrace {
    /** How a request ended. */
    public enum Ending {
        ANSWERED,
        /** After the answer had begun. */
        CUT,
        CLIENT_GONE
    }

    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("k8s.namespace.name");
    private static final AttributeKey<String> REVISION = AttributeKey.stringKey("kn.revision.name");
    private static final AttributeKey<String> POD = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

    private final Tracer tracer;
    private final Span server;
    private final Context inside;
    private final boolean root;
    private @Nullable Span waiting;
    private @Nullable Span upstream;

    RequestTrace(Tracer tracer, Span server, Context inside, boolean root) {
        this.tracer = tracer;
        this.server = server;
        this.inside = inside;
        this.root = root;
    }

    /** Whether the trace begins here: what the client sent of another one is not part of it. */
    public boolean root() {
        return root;
    }

    /** What ties the pod's spans to the one here that waits for its answer; always of the same length. */
    public String traceparent() {
        var context = (upstream == null ? server : upstream).getSpanContext();
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    public void leadsTo(RevisionId revision) {
        server.setAttribute(NAMESPACE, revision.namespace()).setAttribute(REVISION, revision.name());
    }

    /** No pod was free. */
    public void waits() {
        if (server.isRecording()) {
            waiting = tracer.spanBuilder("throttler_try").setParent(inside).startSpan();
        }
    }

    /** The request goes to a pod. */
    public void proxied(InetSocketAddress pod) {
        endWait(null);
        if (server.isRecording()) {
            upstream = tracer.spanBuilder("activator_proxy")
                    .setParent(inside)
                    .setSpanKind(SpanKind.CLIENT)
                    .setAttribute(POD, pod.getHostString())
                    .setAttribute(PORT, (long) pod.getPort())
                    .startSpan();
        }
    }

    /** The pod did not take the connection: the request goes elsewhere. */
    public void refused() {
        endProxied("refused");
    }

    /** The pod's answer has begun. */
    public void podAnswers(int status) {
        if (upstream != null) {
            upstream.setAttribute(STATUS, (long) status);
        }
    }

    /**
     * Ends all spans; more than once does nothing.
     *
     * @param status that the client got; 0 when it got none
     */
    public void end(int status, Ending ending) {
        var problem = switch (ending) {
            case ANSWERED -> status >= 500 ? Integer.toString(status) : null;
            case CUT -> "cut";
            case CLIENT_GONE -> "client_gone";
        };
        endWait(problem);
        endProxied(problem);
        if (status > 0) {
            server.setAttribute(STATUS, (long) status);
        }
        endSpan(server, problem);
    }

    private void endWait(@Nullable String problem) {
        if (waiting != null) {
            endSpan(waiting, problem);
            waiting = null;
        }
    }

    private void endProxied(@Nullable String problem) {
        if (upstream != null) {
            endSpan(upstream, problem);
            upstream = null;
        }
    }

    private static void endSpan(Span span, @Nullable String problem) {
        if (problem != null) {
            span.setAttribute(ERROR, problem).setStatus(StatusCode.ERROR);
        }
        span.end();
    }
}
