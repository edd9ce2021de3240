package dev.sluice.app.platform;

import dev.sluice.gateway.trace.Tracing;
import dev.sluice.model.dataplane.TracingSettings;
import dev.sluice.processes.Env;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How a gateway of this process traces requests, by OpenTelemetry's variables. */
final class GatewayTracing {
    private static final String OTLP = "http/protobuf";
    private static final String TRACES = "v1/traces";
    private static final String RATIO = "OTEL_TRACES_SAMPLER_ARG";
    private static final String HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";

    private final Env env;
    private final List<String> problems = new ArrayList<>();

    private GatewayTracing(Env env) {
        this.env = env;
    }

    /** All problems are told together. */
    static Tracing.Options of(Env env) {
        var reading = new GatewayTracing(env);
        var defaults = Tracing.Options.defaults();
        var options = new Tracing.Options(
                reading.settings(),
                env.value("OTEL_SERVICE_NAME").orElse(defaults.service()),
                reading.headers(),
                defaults.queue());
        if (!reading.problems.isEmpty()) {
            throw new PlatformException(String.join("; ", reading.problems));
        }
        return options;
    }

    private TracingSettings settings() {
        var endpoint = env.value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
                .or(() -> env.value("OTEL_EXPORTER_OTLP_ENDPOINT")
                        .map(base -> base + (base.endsWith("/") ? "" : "/") + TRACES))
                .orElse("");
        boolean off = env.value("OTEL_SDK_DISABLED").orElse("").equalsIgnoreCase("true")
                || env.value("OTEL_TRACES_EXPORTER").orElse("").equals("none");
        if (off || endpoint.isEmpty()) {
            return TracingSettings.off();
        }
        if (!endpoint.matches("https?://[^/].*")) {
            problems.add("the OTLP endpoint must be a URL of http or https, not \"" + endpoint + "\"");
        } else {
            parsed(endpoint);
        }
        var protocol = env.value("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
                .or(() -> env.value("OTEL_EXPORTER_OTLP_PROTOCOL"))
                .orElse(OTLP);
        if (!protocol.equals(OTLP)) {
            problems.add("the OTLP protocol must be " + OTLP + ", not \"" + protocol + "\"");
        }
        return new TracingSettings(endpoint, rate());
    }

    private void parsed(String endpoint) {
        try {
            var _ = URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            problems.add("the OTLP endpoint cannot be read: " + e.getMessage());
        }
    }

    private double rate() {
        var sampler = env.value("OTEL_TRACES_SAMPLER").orElse("parentbased_always_on");
        return switch (sampler) {
            case "parentbased_always_on" -> 1;
            case "parentbased_always_off" -> 0;
            case "parentbased_traceidratio" -> ratio(env.value(RATIO).orElse("1"));
            default -> {
                problems.add("OTEL_TRACES_SAMPLER must be parentbased_always_on, parentbased_always_off or "
                        + "parentbased_traceidratio, not \"" + sampler + "\"");
                yield 0;
            }
        };
    }

    private double ratio(String text) {
        try {
            double ratio = Double.parseDouble(text);
            if (ratio >= 0 && ratio <= 1) {
                return ratio;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        problems.add(RATIO + " must be a number from 0 to 1, not \"" + text + "\"");
        return 0;
    }

    /** As in W3C's baggage: {@code a=b,c=d}, percent-encoded. Their values are not told, as they are secrets. */
    private Map<String, String> headers() {
        var headers = new HashMap<String, String>();
        for (var pair : env.value(HEADERS).orElse("").split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                headers.put(
                        pair.substring(0, equals).strip(),
                        URLDecoder.decode(
                                pair.substring(equals + 1).strip().replace("+", "%2B"), StandardCharsets.UTF_8));
            } else if (!pair.isBlank()) {
                problems.add(HEADERS + " must be NAME=VALUE, separated by commas");
            }
        }
        return headers;
    }
}
