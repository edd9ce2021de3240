package dev.sluice.kubedev.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.kubedev.node.server.ServingCertificate;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperationsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Gives pods that run as plain processes ports of their own: when a pod is created, its container ports, the ports of its
 * probes and its PORT are replaced by free ones, so that the pod's spec stays the truth.
 */
final class PlainPorts implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "plain-ports.node.sluice.dev";
    private static final int REMEMBERED = 500;

    private final KubernetesClient client;
    private final HttpsServer server;
    private final ExecutorService threads;
    private final Set<Integer> given = new LinkedHashSet<>();

    PlainPorts(KubernetesClient client) throws IOException {
        this.client = client;
        ServingCertificate certificate = ServingCertificate.selfSigned("plain-ports");
        this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setHttpsConfigurator(new com.sun.net.httpserver.HttpsConfigurator(certificate.context()));
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("sluice-node-ports-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", this::review);
        server.start();
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .endMetadata()
                        .addNewWebhook()
                        .withName(NAME)
                        .withNewClientConfig()
                        .withUrl("https://127.0.0.1:" + server.getAddress().getPort() + "/")
                        .withCaBundle(certificate.pem())
                        .endClientConfig()
                        .withRules(new RuleWithOperationsBuilder()
                                .withApiGroups("")
                                .withApiVersions("v1")
                                .withOperations("CREATE")
                                .withResources("pods")
                                .withScope("Namespaced")
                                .build())
                        .withAdmissionReviewVersions("v1")
                        .withSideEffects("None")
                        .withFailurePolicy("Fail")
                        .withTimeoutSeconds(5)
                        .endWebhook()
                        .build())
                .createOr(existing -> existing.update());
    }

    private void review(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody()).path("request");
            ObjectNode pod = request.path("object").deepCopy();
            ObjectNode response = JSON.createObjectNode();
            response.put("uid", request.path("uid").asText());
            response.put("allowed", true);
            if (!pod.path("spec").path("hostNetwork").asBoolean(false)) {
                assign((ObjectNode) pod.path("spec"));
                ArrayNode patch = JSON.createArrayNode();
                patch.addObject().put("op", "replace").put("path", "/spec").set("value", pod.path("spec"));
                response.put("patchType", "JSONPatch");
                response.put("patch", Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(patch)));
            }
            ObjectNode answer = JSON.createObjectNode();
            answer.put("apiVersion", "admission.k8s.io/v1")
                    .put("kind", "AdmissionReview")
                    .set("response", response);
            byte[] body = answer.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Replaces the ports in a pod's spec. */
    void assign(ObjectNode spec) throws IOException {
        for (JsonNode each : spec.path("containers")) {
            Map<Integer, Integer> moved = new HashMap<>();
            for (JsonNode port : each.path("ports")) {
                int fresh = moved.computeIfAbsent(port.path("containerPort").asInt(), _ -> free());
                ((ObjectNode) port).put("containerPort", fresh);
            }
            ObjectNode container = (ObjectNode) each;
            if (moved.isEmpty()) {
                continue;
            }
            for (String probe : new String[] {"livenessProbe", "readinessProbe", "startupProbe"}) {
                for (String action : new String[] {"httpGet", "tcpSocket", "grpc"}) {
                    move(container.path(probe).path(action), moved);
                }
            }
            move(container.path("lifecycle").path("postStart").path("httpGet"), moved);
            move(container.path("lifecycle").path("preStop").path("httpGet"), moved);
            setPort(container, each.path("ports").path(0).path("containerPort").asInt());
        }
    }

    private static void move(JsonNode action, Map<Integer, Integer> moved) {
        // an action with a host of its own is about somebody else
        if (action instanceof ObjectNode at
                && at.path("port").isInt()
                && at.path("host").asText("").isEmpty()) {
            at.put(
                    "port",
                    moved.getOrDefault(at.path("port").asInt(), at.path("port").asInt()));
        }
    }

    private static void setPort(ObjectNode container, int port) {
        ArrayNode environment = container.withArray("env");
        for (JsonNode variable : environment) {
            if (variable.path("name").asText().equals("PORT")) {
                ((ObjectNode) variable).put("value", Integer.toString(port));
                return;
            }
        }
        environment.addObject().put("name", "PORT").put("value", Integer.toString(port));
    }

    private int free() {
        synchronized (given) {
            while (true) {
                try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                    if (given.add(socket.getLocalPort())) {
                        if (given.size() > REMEMBERED) {
                            given.remove(given.iterator().next());
                        }
                        return socket.getLocalPort();
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException("finding a free port", e);
                }
            }
        }
    }

    /** Nobody is asked about ports any more. */
    static void withdraw(KubernetesClient client) {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(NAME)
                .delete();
    }

    @Override
    public void close() {
        try {
            withdraw(client);
        } catch (KubernetesClientException e) {
            org.slf4j.LoggerFactory.getLogger(PlainPorts.class)
                    .atWarn()
                    .setCause(e)
                    .log("the webhook of the ports stays");
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
