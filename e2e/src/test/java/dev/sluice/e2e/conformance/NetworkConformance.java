package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static dev.sluice.e2e.conformance.ProbeImages.V2;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services call each other by their in-cluster names, others outside, and never the wrong namespace. */
@Conformance
class NetworkConformance {
    private static final List<String> NAMES = List.of("called.$NS.svc.cluster.local", "called.$NS.svc", "called.$NS");

    @Test
    @Row("TestServiceToServiceCall")
    void callsAClusterLocalServiceByEachOfItsNames(World world) {
        world.service("""
                metadata: {name: called, labels: {networking.knative.dev/visibility: cluster-local}}
                spec: {template: {spec: {containers: [{image: $V2}]}}}
                """).ready();
        var caller = world.service("caller", "$V1").ready();
        for (var name : NAMES) {
            assertThat(caller.body("/call?url=http://" + world.filled(name) + "/"))
                    .as(name)
                    .isEqualTo("200\n" + V2.message());
        }
        var outside = caller.url().replace("caller", "called");
        assertThat(world.http().get(outside).status()).isEqualTo(404);
    }

    @Test
    @Row("TestSvcToSvcViaActivator")
    void wakesASleepingServiceByACallFromInside(World world) {
        var called = world.service("""
                metadata: {name: called, labels: {networking.knative.dev/visibility: cluster-local}}
                spec:
                  template:
                    metadata: {annotations: {autoscaling.knative.dev/window: 6s}}
                    spec: {containers: [{image: $V2}]}
                """).ready();
        var caller = world.service("caller", "$V1").ready();
        world.sleeps(called);
        assertThat(caller.body("/call?url=" + called.at("/status/address/url"))).isEqualTo("200\n" + V2.message());
    }

    @Test
    @Row("TestCallToPublicService")
    void callsAPublicServiceFromInsideToo(World world) {
        var called = world.service("called", "$V2").ready();
        var caller = world.service("caller", "$V1").ready();
        assertThat(called.body("/")).isEqualTo(V2.message());
        assertThat(caller.body("/call?url=" + called.at("/status/address/url"))).isEqualTo("200\n" + V2.message());
    }

    @Test
    @Row("TestMultipleNamespace")
    void keepsServicesOfOneNameInTwoNamespacesApart(World world) {
        try (var other = world.elsewhere()) {
            var here = world.service("same", "$V1").ready();
            var there = other.service("same", "$V2").ready();
            assertThat(here.body("/")).isEqualTo(V1.message());
            assertThat(there.body("/")).isEqualTo(V2.message());
        }
    }

    @Test
    @Row("TestEgressTraffic")
    void reachesAServerOutsideOfTheCluster(World world) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(0), 16);
        server.createContext("/", exchange -> {
            var body = "from outside".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (exchange) {
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        try {
            var caller = world.service("caller", "$V1").ready();
            var url = "http://" + machineAddress() + ":" + server.getAddress().getPort() + "/";
            assertThat(caller.body("/call?url=" + url)).isEqualTo("200\nfrom outside");
        } finally {
            server.stop(0);
        }
    }

    /** An address of this machine that is not loopback and not of a bridge that pods hang on, where there is one. */
    private static String machineAddress() throws IOException {
        var found = NetworkInterface.networkInterfaces()
                .filter(card -> card.getName().matches("(eth|en|wl|bond|br|cni|slb|kube).*"))
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
        return found.orElseThrow(() -> new IOException("this machine has no address"))
                .getHostAddress();
    }

    @Test
    @Row({"TestMustHaveHeadersSet", "TestShouldHaveHeadersSet"})
    void tellsAProgramWhoCalledAndHow(World world) {
        var service = world.service("heard", "$V1").ready();
        var headers = world.http()
                .get(
                        service.url() + "/headers",
                        "traceparent",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        "X-Of-Ours",
                        "as it was")
                .lines();
        assertThat(headers.get("host")).isEqualTo(service.url().replace("http://", ""));
        assertThat(headers.get("forwarded"))
                .matches("(?i)(.*;\\s*)?for=[^;]+;.*")
                .containsIgnoringCase("proto=http");
        assertThat(headers.get("x-forwarded-for")).matches("[0-9a-fA-F.:]+(, ?[0-9a-fA-F.:]+)*");
        assertThat(headers.get("x-forwarded-proto")).isEqualTo("http");
        assertThat(headers.get("x-of-ours")).isEqualTo("as it was");
        assertThat(headers.get("traceparent"))
                .startsWith("00-0af7651916cd43dd8448eb211c80319c-")
                .endsWith("-01");
        assertThat(headers.keySet())
                .noneMatch(name -> name.startsWith("k-proxy") || name.startsWith("knative-serving-"));
    }
}
