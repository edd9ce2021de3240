package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.ConnectionFactory;
import dev.sluice.buses.trust.Authorities;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a RabbitMQ is reached. The names are those of the secrets that RabbitMQ's cluster operator makes.
 *
 * @param tls null without
 */
public record RabbitSettings(
        String host,
        int port,
        String user,
        String password,
        String vhost,
        @Nullable SSLContext tls) {
    private static final int PLAIN_PORT = 5672;
    private static final int TLS_PORT = 5671;

    /**
     * @param values by name: {@code uri} (or {@code connection_string}, {@code RABBITMQ_URL}), or {@code host}, {@code port},
     *     {@code username}, {@code password}, {@code vhost}, {@code tls}; with {@code ca.crt} other than this machine's authorities are
     *     trusted
     * @throws IllegalArgumentException with every problem at once
     */
    public static RabbitSettings parse(Map<String, String> values) {
        var problems = new ArrayList<String>();
        var all = new HashMap<>(values);
        for (var name : new String[] {"RABBITMQ_URL", "connection_string", "uri"}) {
            if (!values.getOrDefault(name, "").isBlank()) {
                fromUri(name, values.getOrDefault(name, "").strip(), all, problems);
            }
        }
        boolean tls = Boolean.parseBoolean(all.getOrDefault("tls", "false")) || all.containsKey("ca.crt");
        var host = all.getOrDefault("host", "").strip();
        if (host.isEmpty() && problems.isEmpty()) {
            problems.add("neither host nor uri is set");
        }
        var portText = all.getOrDefault("port", Integer.toString(tls ? TLS_PORT : PLAIN_PORT))
                .strip();
        int port = portText.matches("\\d{1,5}") ? Integer.parseInt(portText) : -1;
        if (port < 1 || port > 65_535) {
            problems.add("port: " + portText + " is not a port");
        }
        SSLContext context = null;
        try {
            context = tls ? trusting(all.get("ca.crt")) : null;
        } catch (GeneralSecurityException | IOException e) {
            problems.add("ca.crt is not PEM with a CERTIFICATE: " + e.getMessage());
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new RabbitSettings(
                host,
                port,
                all.getOrDefault("username", "guest"),
                all.getOrDefault("password", "guest"),
                all.getOrDefault("vhost", "/"),
                context);
    }

    private static void fromUri(String name, String text, Map<String, String> all, ArrayList<String> problems) {
        try {
            var uri = new URI(text);
            var scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() == null || !(scheme.equals("amqp") || scheme.equals("amqps"))) {
                problems.add(name + " is not amqp://user:password@host:port/vhost");
                return;
            }
            all.put("host", uri.getHost());
            if (uri.getPort() > 0) {
                all.put("port", Integer.toString(uri.getPort()));
            }
            if (scheme.equals("amqps")) {
                all.put("tls", "true");
            }
            var info = uri.getUserInfo();
            if (info != null) {
                int colon = info.indexOf(':');
                all.put("username", colon < 0 ? info : info.substring(0, colon));
                if (colon >= 0) {
                    all.put("password", info.substring(colon + 1));
                }
            }
            var path = uri.getPath();
            if (path != null && path.length() > 1) {
                all.put("vhost", path.substring(1));
            }
        } catch (URISyntaxException _) {
            problems.add(name + " is not amqp://user:password@host:port/vhost"); // what it holds may be secret
        }
    }

    private static SSLContext trusting(@Nullable String pem) throws GeneralSecurityException, IOException {
        if (pem != null && !pem.isBlank()) {
            return Authorities.only(pem);
        }
        var context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        return context;
    }

    ConnectionFactory factory() {
        var factory = new ConnectionFactory();
        factory.setHost(host);
        factory.setPort(port);
        factory.setUsername(user);
        factory.setPassword(password);
        factory.setVirtualHost(vhost);
        factory.setAutomaticRecoveryEnabled(false); // RabbitLink brings back what is ours, within a second
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat(5);
        factory.setConnectionTimeout(5_000);
        factory.setHandshakeTimeout(5_000);
        factory.setChannelRpcTimeout(10_000);
        if (tls != null) {
            factory.useSslProtocol(tls);
            factory.enableHostnameVerification();
        }
        return factory;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "RabbitSettings[" + (tls == null ? "amqp" : "amqps") + "://" + host + ":" + port + "]";
    }
}
