package dev.sluice.buses.kafka;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;

/**
 * How a Kafka cluster is reached. The names are those of the bus of 2018 and of Knative's Kafka secrets.
 *
 * @param client properties of every client, secrets among them: never printed
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> client) {
    private static final List<String> SERVERS =
            List.of("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_BROKERS", "bootstrap.servers");
    private static final Set<String> PROTOCOLS = Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
    private static final Set<String> MECHANISMS = Set.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");

    public KafkaSettings {
        client = Map.copyOf(client);
    }

    /** Without encryption or credentials. */
    public static KafkaSettings plain(String bootstrapServers) {
        return new KafkaSettings(bootstrapServers, Map.of());
    }

    /**
     * @param values by name: {@code KAFKA_BOOTSTRAP_SERVERS}, {@code protocol}, {@code sasl.mechanism}, {@code user}, {@code
     *     password}, {@code ca.crt}, {@code user.crt}, {@code user.key}, {@code user.skip}
     * @throws IllegalArgumentException with every problem at once
     */
    public static KafkaSettings parse(Map<String, String> values) {
        var problems = new ArrayList<String>();
        var servers = SERVERS.stream()
                .map(name -> values.getOrDefault(name, "").strip())
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
        if (servers.isEmpty()) {
            problems.add("KAFKA_BOOTSTRAP_SERVERS is not set");
        }
        for (var server : servers.isEmpty() ? new String[0] : servers.split(",", -1)) {
            if (!server.strip().matches("[^\\s:]+:\\d{1,5}|\\[[0-9a-fA-F:]+]:\\d{1,5}")) {
                problems.add("KAFKA_BOOTSTRAP_SERVERS: " + server.strip() + " is not host:port");
            }
        }
        var client = new LinkedHashMap<String, String>();
        var protocol = values.getOrDefault("protocol", "").strip();
        if (!protocol.isEmpty()) {
            if (PROTOCOLS.contains(protocol)) {
                client.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol);
                if (protocol.startsWith("SASL_")) {
                    sasl(values, client, problems);
                }
                if (protocol.endsWith("SSL")) {
                    tls(values, client, problems);
                }
            } else {
                problems.add("protocol: " + protocol + " is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new KafkaSettings(servers, client);
    }

    private static void sasl(Map<String, String> values, Map<String, String> client, List<String> problems) {
        var mechanism = values.getOrDefault("sasl.mechanism", "PLAIN").strip();
        var user = values.getOrDefault("user", "");
        var password = values.getOrDefault("password", "");
        if (!MECHANISMS.contains(mechanism)) {
            problems.add("sasl.mechanism: " + mechanism + " is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512");
        }
        if (user.isEmpty()) {
            problems.add("user is not set, and the protocol needs one");
        }
        if (password.isEmpty()) {
            problems.add("password is not set, and the protocol needs one");
        }
        var module = mechanism.equals("PLAIN")
                ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                : "org.apache.kafka.common.security.scram.ScramLoginModule";
        client.put(SaslConfigs.SASL_MECHANISM, mechanism);
        client.put(
                SaslConfigs.SASL_JAAS_CONFIG,
                module + " required username=\"" + quoted(user) + "\" password=\"" + quoted(password) + "\";");
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static void tls(Map<String, String> values, Map<String, String> client, List<String> problems) {
        var ca = values.getOrDefault("ca.crt", "");
        if (!ca.isEmpty()) {
            pem("ca.crt", ca, "CERTIFICATE", problems);
            client.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
            client.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, ca);
        }
        var certificate = values.getOrDefault("user.crt", "");
        var key = values.getOrDefault("user.key", "");
        if (values.getOrDefault("user.skip", "false").equals("true") || (certificate.isEmpty() && key.isEmpty())) {
            return;
        }
        pem("user.crt", certificate, "CERTIFICATE", problems);
        pem("user.key", key, "PRIVATE KEY", problems);
        client.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PEM");
        client.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, certificate);
        client.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, key);
    }

    private static void pem(String name, String value, String what, List<String> problems) {
        if (!value.contains("-----BEGIN " + what + "-----")) {
            problems.add(name + " is not PEM with a " + what);
        }
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "KafkaSettings[" + bootstrapServers + ", "
                + client.getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT") + "]";
    }
}
