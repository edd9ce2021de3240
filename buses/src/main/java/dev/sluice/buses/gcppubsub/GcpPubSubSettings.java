package dev.sluice.buses.gcppubsub;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a Pub/Sub is reached.
 *
 * @param transport TLS, except to an emulator
 * @param credentials null for an emulator, which knows none
 */
public record GcpPubSubSettings(
        String project,
        String host,
        int port,
        ChannelCredentials transport,
        @Nullable Credentials credentials) {
    private static final String ENDPOINT = "pubsub.googleapis.com:443";
    private static final String SCOPE = "https://www.googleapis.com/auth/pubsub";
    private static final Pattern ADDRESS = Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]):(\\d{1,5})");
    private static final Pattern PROJECT = Pattern.compile("[a-z0-9.:-]{1,100}");

    private record Address(String host, int port) {}

    /**
     * @param values by name: {@code GOOGLE_CLOUD_PROJECT} (or {@code project}; else that of the account), the JSON of a service
     *     account in {@code key.json} (or {@code GOOGLE_APPLICATION_CREDENTIALS}), {@code endpoint} (host:port),
     *     {@code ca.crt} for other than this machine's authorities; or {@code emulatorHost} (or {@code PUBSUB_EMULATOR_HOST}), which
     *     is spoken to without TLS and credentials
     * @throws IllegalArgumentException with every problem at once
     */
    public static GcpPubSubSettings parse(Map<String, String> values) {
        var problems = new ArrayList<String>();
        var emulator = first(values, "emulatorHost", "PUBSUB_EMULATOR_HOST");
        var endpoint = first(values, "endpoint");
        if (emulator.isPresent() && endpoint.isPresent()) {
            problems.add("endpoint and emulatorHost exclude each other");
        }
        var address = emulator.isPresent()
                ? address("emulatorHost", emulator.get(), problems)
                : address("endpoint", endpoint.orElse(ENDPOINT), problems);
        var account = emulator.isPresent() ? null : account(values, problems);
        var project = first(values, "GOOGLE_CLOUD_PROJECT", "project")
                .or(() -> Optional.ofNullable(account).map(ServiceAccountCredentials::getProjectId))
                .orElse("");
        if (project.isEmpty()) {
            problems.add("GOOGLE_CLOUD_PROJECT is not set" + (emulator.isPresent() ? "" : ", and no account tells it"));
        } else if (!PROJECT.matcher(project).matches()) {
            problems.add("GOOGLE_CLOUD_PROJECT: " + project + " is not the id of a project");
        }
        var transport = emulator.isPresent()
                ? InsecureChannelCredentials.create()
                : tls(values.getOrDefault("ca.crt", ""), problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new GcpPubSubSettings(project, address.host, address.port, transport, account);
    }

    private static Optional<String> first(Map<String, String> values, String... names) {
        for (var name : names) {
            var value = values.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private static Address address(String name, String text, List<String> problems) {
        var matcher = ADDRESS.matcher(text);
        if (matcher.matches()) {
            int port = Integer.parseInt(matcher.group(2));
            if (port >= 1 && port <= 65_535) {
                return new Address(matcher.group(1), port);
            }
        }
        problems.add(name + ": " + text + " is not host:port");
        return new Address("", 0);
    }

    private static @Nullable ServiceAccountCredentials account(Map<String, String> values, List<String> problems) {
        var json = first(values, "key.json", "GOOGLE_APPLICATION_CREDENTIALS");
        if (json.isEmpty()) {
            problems.add(
                    "no credentials: neither key.json nor GOOGLE_APPLICATION_CREDENTIALS is set, nor emulatorHost");
            return null;
        }
        if (json.get().startsWith("/")) {
            problems.add("GOOGLE_APPLICATION_CREDENTIALS: no mounted Secret of the Bus has the file " + json.get());
            return null;
        }
        try {
            // other kinds of JSON name addresses to ask and programs to run
            if (GoogleCredentials.fromStream(new ByteArrayInputStream(json.get().getBytes(StandardCharsets.UTF_8)))
                    instanceof ServiceAccountCredentials account) {
                // tokens are signed here, so nobody else is asked for them
                return ((ServiceAccountCredentials) account.createScoped(SCOPE)).createWithUseJwtAccessWithScope(true);
            }
        } catch (IOException | RuntimeException _) {
            // what was read may be secret
        }
        problems.add("the credentials are not the JSON key of a service account");
        return null;
    }

    private static ChannelCredentials tls(String pem, List<String> problems) {
        if (pem.isBlank()) {
            return TlsChannelCredentials.create();
        }
        try {
            var bytes = pem.getBytes(StandardCharsets.US_ASCII);
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes))
                    .isEmpty()) {
                throw new CertificateException("no certificate found");
            }
            return TlsChannelCredentials.newBuilder()
                    .trustManager(new ByteArrayInputStream(bytes))
                    .build();
        } catch (CertificateException | IOException e) {
            problems.add("ca.crt is not PEM with a CERTIFICATE: " + e.getMessage());
            return TlsChannelCredentials.create();
        }
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "GcpPubSubSettings[" + project + " at " + host + ":" + port + "]";
    }
}
