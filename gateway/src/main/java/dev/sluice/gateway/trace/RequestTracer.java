package dev.sluice.gateway.trace;

import dev.sluice.model.dataplane.TracingSettings;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InternalTelemetryVersion;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Traces requests with one set of settings; its spans leave in batches. */
public final class RequestTracer {
    private static final Duration BATCH = Duration.ofSeconds(1);
    private static final Duration EXPORT_LIMIT = Duration.ofSeconds(10);
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
    private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");
    private static final AttributeKey<String> VERSION = AttributeKey.stringKey("network.protocol.version");

    private static final TextMapGetter<IncomingRequest> CLIENTS_CONTEXT = new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable IncomingRequest request, String key) {
            if (request == null) {
                return null;
            }
            return key.equals("traceparent") ? request.traceparent() : request.tracestate();
        }
    };

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    private RequestTracer(SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider.get("dev.sluice.gateway");
    }

    /** @throws IllegalArgumentException when the endpoint is none */
    static RequestTracer start(TracingSettings settings, Tracing.Options options, MeterProvider meters) {
        var exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint())
                .setTimeout(EXPORT_LIMIT)
                .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                .setMeterProvider(meters);
        options.headers().forEach(exporter::addHeader);
        var batches = BatchSpanProcessor.builder(exporter.build())
                .setMaxQueueSize(options.queue())
                .setMaxExportBatchSize(Math.min(512, options.queue()))
                .setScheduleDelay(BATCH)
                .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                .setMeterProvider(meters);
        return new RequestTracer(SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put(SERVICE, options.service())
                        .build())
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.samplingRate())))
                .addSpanProcessor(batches.build())
                .build());
    }

    /** Sends what there is, and nothing after it. */
    CompletableResultCode stop() {
        return provider.shutdown();
    }

    /** A request has come; whether it is recorded, the client's trace decides, or the rate. */
    public RequestTrace begin(IncomingRequest request) {
        var outer = W3CTraceContextPropagator.getInstance().extract(Context.root(), request, CLIENTS_CONTEXT);
        boolean known = METHODS.contains(request.method());
        var span = tracer.spanBuilder(known ? request.method() : "HTTP")
                .setParent(outer)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(METHOD, known ? request.method() : "_OTHER")
                .setAttribute(PATH, request.path())
                .setAttribute(SCHEME, request.scheme())
                .setAttribute(HOST, request.host())
                .setAttribute(CLIENT, request.client())
                .setAttribute(VERSION, request.protocol())
                .startSpan();
        boolean root = !Span.fromContext(outer).getSpanContext().isValid();
        return new RequestTrace(tracer, span, outer.with(span), root);
    }
}
