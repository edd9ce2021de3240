package dev.sluice.app.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.admission.KindConversion;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS server that an API server asks about every object of ours that somebody writes. Its certificate is renewed while
 * it runs.
 */
public final class WebhookServer implements AutoCloseable {
    static final String DEFAULTING = "/defaulting";
    static final String VALIDATION = "/resource-validation";
    static final String CONVERSION = "/resource-conversion";

    private static final Logger LOG = LoggerFactory.getLogger(WebhookServer.class);
    private static final Duration CERTIFICATE_CHECK = Duration.ofHours(6);

    private final Certificates certificates;
    private final SwappableKeyManager keys;
    private final WebServer server;
    private final Options options;
    private final ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("webhook-renewal").factory());

    /**
     * @param bind where to listen; port 0 takes a free one
     * @param host how the API server calls us, an address or a name
     * @param keyStore file of the certificates
     */
    public record Options(InetAddress bind, int port, String host, Path keyStore, Clock clock) {}

    public static WebhookServer start(
            Options options, Collection<KindAdmission> admissions, Collection<KindConversion> conversions) {
        return new WebhookServer(options, admissions, conversions, _ -> Optional.empty());
    }

    /** @param tried asks the cluster about what is only tried */
    public static WebhookServer start(
            Options options,
            Collection<KindAdmission> admissions,
            Collection<KindConversion> conversions,
            PodDryRun tried) {
        return new WebhookServer(options, admissions, conversions, tried::refusal);
    }

    private WebhookServer(
            Options options,
            Collection<KindAdmission> admissions,
            Collection<KindConversion> conversions,
            Function<JsonNode, Optional<String>> tried) {
        this.options = options;
        certificates = new Certificates(
                options.keyStore(), Set.copyOf(List.of("127.0.0.1", "localhost", options.host())), options.clock());
        keys = new SwappableKeyManager(certificates.current());
        var reviews = new AdmissionReviews(admissions, options.clock(), tried);
        var conversion = new ConversionReviews(conversions);
        server = WebServer.builder()
                .address(options.bind())
                .port(options.port())
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofSeconds(2))
                .tls(tls -> tls.sslContext(keys.sslContext()))
                .routing(routing -> routing.post(DEFAULTING, reviewed(reviews::mutate))
                        .post(VALIDATION, reviewed(reviews::validate))
                        .post(CONVERSION, reviewed(conversion::convert))
                        .get("/healthz", (_, response) -> response.send("ok")))
                .build()
                .start();
    }

    /** The base URL that the API server is told. */
    public String url() {
        var host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return "https://" + host + ":" + server.port();
    }

    /** The same identity, for other servers of this instance; renewed with it. */
    public X509ExtendedKeyManager keys() {
        return keys;
    }

    /** For {@code clientConfig.caBundle}: base64 of PEM. */
    public String caBundle() {
        return keys.identity().caBundle();
    }

    /** Renews certificates in time; {@code announce} gets the new bundle before the new certificate is presented. */
    public void renewWhenDue(Consumer<String> announce) {
        var _ = renewal.scheduleWithFixedDelay(
                () -> renew(announce), CERTIFICATE_CHECK.toMinutes(), CERTIFICATE_CHECK.toMinutes(), TimeUnit.MINUTES);
    }

    void renew(Consumer<String> announce) {
        try {
            var next = certificates.current();
            if (!next.chain().equals(keys.identity().chain())) {
                announce.accept(next.caBundle());
                keys.present(next);
                LOG.atInfo()
                        .addKeyValue(
                                "until", next.chain().getFirst().getNotAfter().toInstant())
                        .log("webhook certificate renewed");
            }
        } catch (RuntimeException e) { // tried again at the next check; there are months left
            LOG.atError().setCause(e).log("renewing the webhook certificate failed");
        }
    }

    @Override
    public void close() {
        renewal.shutdownNow();
        server.stop();
    }

    private static Handler reviewed(Rule rule) {
        return (request, response) -> {
            JsonNode review;
            try (var in = request.content().inputStream()) {
                review = AdmissionReviews.json().readTree(in);
            } catch (IOException e) {
                response.status(Status.BAD_REQUEST_400).send("not a review: " + e.getMessage());
                return;
            }
            response.headers().contentType(MediaTypes.APPLICATION_JSON);
            response.send(AdmissionReviews.json().writeValueAsBytes(rule.apply(review)));
        };
    }

    private interface Rule {
        ObjectNode apply(JsonNode review);
    }
}
