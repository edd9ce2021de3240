package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import dev.sluice.model.dataplane.TracingSettings;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What config-observability says about spans. */
final class TracingConfig {
    private static final String PROTOCOL = "tracing-protocol";
    private static final String ENDPOINT = "tracing-endpoint";
    private static final String RATE = "tracing-sampling-rate";
    private static final String OTLP = "http/protobuf";
    private static final String DEFAULT_PATH = "v1/traces";

    /** Empty when no protocol is given: where gateways are started with one, that holds. */
    static Optional<TracingSettings> parse(Map<String, String> map) {
        var data = new ConfigData(map);
        var protocol = map.getOrDefault(PROTOCOL, "");
        var endpoint = map.getOrDefault(ENDPOINT, "").strip();
        double rate = data.decimal(RATE, 0);
        unless(
                Set.of("", "none", OTLP).contains(protocol.toLowerCase(Locale.ROOT)),
                OperationsConfig.unsupported(PROTOCOL, map, ServingSettings.OBSERVABILITY));
        boolean on = protocol.equalsIgnoreCase(OTLP);
        unless(!on || !endpoint.isEmpty(), "endpoint should be set for protocol \"" + OTLP + "\"");
        unless(on || endpoint.isEmpty(), "endpoint should not be set when protocol is 'none'");
        unless(rate >= 0, "sampling rate %f should be greater or equal to zero".formatted(rate));
        unless(rate <= 1, "sampling rate %f should be less than or equal to one".formatted(rate));
        if (protocol.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(on ? new TracingSettings(url(endpoint), rate) : TracingSettings.off());
    }

    /** With the usual path where it has none. */
    private static String url(String endpoint) {
        try {
            var uri = URI.create(endpoint);
            var scheme = String.valueOf(uri.getScheme());
            if (Set.of("http", "https").contains(scheme) && uri.getHost() != null) {
                var path = String.valueOf(uri.getRawPath());
                return path.isEmpty() || path.equals("/")
                        ? uri.resolve("/" + DEFAULT_PATH).toString()
                        : endpoint;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new ConfigProblem(ENDPOINT + " must be a URL of http or https, was: " + endpoint);
    }

    private TracingConfig() {}
}
