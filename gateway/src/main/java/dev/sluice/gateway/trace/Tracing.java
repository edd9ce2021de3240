package dev.sluice.gateway.trace;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.model.dataplane.TracingSettings;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether requests are traced at present, and where the spans go. Follows its settings while requests go on. */
public final class Tracing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tracing.class);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /**
     * What a gateway is started with.
     *
     * @param settings for as long as the platform says nothing about tracing
     * @param service the gateway's name in traces
     * @param headers of every export, such as a token
     * @param queue most spans that wait for their export; what comes on top of them is dropped, and counted
     */
    public record Options(TracingSettings settings, String service, Map<String, String> headers, int queue) {
        public Options {
            headers = Map.copyOf(headers);
        }

        /** Off, until the platform says otherwise. */
        public static Options defaults() {
            return new Options(TracingSettings.off(), "sluice-gateway", Map.of(), 4096);
        }
    }

    private final Options options;
    private final SpanNumbers numbers = new SpanNumbers();

    @GuardedBy("this")
    private TracingSettings settings = TracingSettings.off();

    private volatile @Nullable RequestTracer tracer;

    public Tracing(Options options) {
        this.options = options;
        follow(null);
    }

    /** Takes over what the platform says; null when it says nothing. */
    public void follow(@Nullable TracingSettings said) {
        var next = said == null ? options.settings() : said;
        RequestTracer before;
        synchronized (this) {
            if (next.equals(settings)) {
                return;
            }
            before = tracer;
            try {
                tracer = next.endpoint().isEmpty() ? null : RequestTracer.start(next, options, numbers.meters());
            } catch (IllegalArgumentException e) {
                LOG.atError()
                        .addKeyValue("endpoint", next.endpoint())
                        .setCause(e)
                        .log("spans cannot be sent there; what was said before holds");
                return;
            }
            settings = next;
        }
        if (before != null) {
            var _ = before.stop(); // it goes on for what it still has
        }
    }

    /** What traces a request; null when none is traced, which must cost nothing. */
    public @Nullable RequestTracer tracer() {
        return tracer;
    }

    public SpanNumbers numbers() {
        return numbers;
    }

    @Override
    public void close() {
        var last = tracer;
        tracer = null;
        if (last != null) {
            last.stop().join(FAREWELL.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        numbers.close();
    }
}
