package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.gateway.GatewayConfig.Tls;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TlsCertificate;
import dev.sluice.testing.tls.SelfSigned;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real handshakes: a certificate by name, HTTP/1.1 and HTTP/2 behind it, and what becomes of names without one. */
class TlsIT {
    private static final String H1 = "http/1.1";

    private static Fixture fixture(@Nullable TlsCertificate fallback) throws IOException {
        return new Fixture(GatewayConfig.on(List.of(Fixture.loopback()), Fixture.loopback())
                .withDrainTimeout(Duration.ofSeconds(1))
                .withTls(new Tls(List.of(Fixture.loopback()), fallback, 0)));
    }

    private static TlsCertificate pem(SelfSigned identity) {
        return new TlsCertificate(identity.certificatePem(), identity.keyPem());
    }

    private static void program(Fixture fixture, boolean redirect, boolean h2c, Map<String, SelfSigned> identities) {
        var split = new HostRule.Split(new HostRule.Target.ToRevision(Fixture.REVISION), 100);
        var rule = new HostRule("default", "hello", List.of(split), Map.of(), redirect);
        var certificates = new HashMap<String, TlsCertificate>();
        identities.forEach((host, identity) -> certificates.put(host, pem(identity)));
        var settings = new RevisionSettings(
                0, Duration.ofSeconds(30), null, null, 100, new RevisionSettings.Probe.Tcp(0), h2c);
        fixture.program(new RouteTable(
                fixture.next(), Map.of(Fixture.HOST, rule), Map.of(Fixture.REVISION, settings), certificates, null));
    }

    @Test
    void presentsTheCertificateOfTheNameThatIsAskedForAndSaysToThePodHowTheClientCame() throws Exception {
        var hello = SelfSigned.forHost(Fixture.HOST);
        var other = SelfSigned.rsaForHost("other.localhost");
        try (var pod = RawUpstream.saying("hello");
                var fixture = fixture(null)) {
            program(fixture, false, false, Map.of(Fixture.HOST, hello, "other.localhost", other));
            fixture.ready(pod);
            try (var client = new TlsClient(fixture, "HELLO.localhost", H1)) {
                assertThat(client.presented()).isEqualTo(hello.certificate());
                assertThat(client.get("/one")).startsWith("HTTP/1.1 200 OK").endsWith("hello");
                assertThat(client.get("/two")).endsWith("hello");
            }
            try (var client = new TlsClient(fixture, "other.localhost", H1)) {
                assertThat(client.presented()).isEqualTo(other.certificate());
            }
            assertThat(pod.heads.remove())
                    .contains("\r\nX-Forwarded-Proto: https\r\n")
                    .contains(";proto=https");
        }
    }

    @Test
    void aReplacedCertificateIsPresentedFromTheNextHandshakeOn() throws Exception {
        var before = SelfSigned.forHost(Fixture.HOST);
        var after = SelfSigned.forHost(Fixture.HOST);
        try (var pod = RawUpstream.saying("hello");
                var fixture = fixture(null)) {
            program(fixture, false, false, Map.of(Fixture.HOST, before));
            fixture.ready(pod);
            try (var old = new TlsClient(fixture, Fixture.HOST, H1)) {
                assertThat(old.presented()).isEqualTo(before.certificate());
                program(fixture, false, false, Map.of(Fixture.HOST, after));
                try (var fresh = new TlsClient(fixture, Fixture.HOST, H1)) {
                    assertThat(fresh.presented()).isEqualTo(after.certificate());
                }
                assertThat(old.get("/")).as("a connection of before").endsWith("hello");
            }
        }
    }

    @Test
    void refusesANameWithoutACertificateUnlessThereIsADefaultOne() throws Exception {
        var fallback = SelfSigned.forHost("*.example.com");
        try (var pod = RawUpstream.saying("hello");
                var strict = fixture(null);
                var lenient = fixture(pem(fallback))) {
            program(strict, false, false, Map.of(Fixture.HOST, SelfSigned.forHost(Fixture.HOST)));
            assertThatExceptionOfType(SSLException.class)
                    .isThrownBy(() -> new TlsClient(strict, "nobody.localhost", H1))
                    .withMessageContaining("unrecognized_name");
            program(lenient, false, false, Map.of());
            lenient.ready(pod);
            try (var client = new TlsClient(lenient, Fixture.HOST, H1)) {
                assertThat(client.presented()).isEqualTo(fallback.certificate());
                assertThat(client.get("/")).endsWith("hello");
            }
        }
    }

    @Test
    void oneCertificateThatCannotBeReadCostsNoOtherHostItsOwn() throws Exception {
        var good = SelfSigned.forHost(Fixture.HOST);
        try (var fixture = fixture(null)) {
            var split = new HostRule.Split(new HostRule.Target.ToRevision(Fixture.REVISION), 100);
            fixture.program(new RouteTable(
                    fixture.next(),
                    Map.of(Fixture.HOST, new HostRule("default", "hello", List.of(split), Map.of())),
                    Map.of(Fixture.REVISION, Fixture.settings(0, 10)),
                    Map.of("bad.localhost", new TlsCertificate("no chain", "no key"), Fixture.HOST, pem(good)),
                    null));
            assertThatExceptionOfType(SSLException.class).isThrownBy(() -> new TlsClient(fixture, "bad.localhost", H1));
            try (var client = new TlsClient(fixture, Fixture.HOST, H1)) {
                assertThat(client.presented()).isEqualTo(good.certificate());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void speaksHttp2WhereTheClientOffersItWhateverThePodSpeaks(boolean h2c) throws Exception {
        try (var http1 = RawUpstream.saying("hello over 1");
                var http2 = new H2cPod();
                var fixture = fixture(null)) {
            program(fixture, true, h2c, Map.of(Fixture.HOST, SelfSigned.forHost(Fixture.HOST)));
            fixture.gateway.pods(
                    Fixture.REVISION, List.of(Fixture.pod(h2c ? http2.port() : http1.port(), State.READY, 0)));
            var url =
                    "https://" + Fixture.HOST + ":" + fixture.gateway.tlsPorts().getFirst() + "/path";
            assertThat(Curl.run(url, "-k", "--http2")).startsWith("HTTP/2 200");
            assertThat(Curl.run(url, "-k", "--http1.1")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void sendsWhoComesWithoutTlsToWhereItIsWhenAskedTo() throws Exception {
        try (var pod = RawUpstream.saying("hello");
                var fixture = fixture(null)) {
            program(fixture, true, false, Map.of(Fixture.HOST, SelfSigned.forHost(Fixture.HOST)));
            fixture.ready(pod);
            var location =
                    "https://hello.localhost:" + fixture.gateway.tlsPorts().getFirst() + "/a/b?c=d";
            assertThat(fixture.get("/a/b?c=d"))
                    .startsWith("HTTP/1.1 301 Moved Permanently\r\n")
                    .contains("\r\nLocation: " + location + "\r\n");
            assertThat(Curl.run(fixture.gateway.port(), "/a/b?c=d", "--http2-prior-knowledge"))
                    .startsWith("HTTP/2 301")
                    .contains("location: " + location);
            try (var client = fixture.client()) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: hello.localhost\r\nX-Forwarded-Proto: https\r\n\r\n")
                                .answer())
                        .as("TLS ended in front of the gateway")
                        .endsWith("hello");
            }
        }
    }

    @Test
    void carriesLargeBodiesBothWaysAtOnceAndSaysWhereAnAnswerEnds() throws Exception {
        int size = 3_000_000;
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\n\r\n");
                    for (int left = size; left > 0; left -= 1000) { // an echo that ends with the connection
                        out.write(in.readNBytes(1000));
                    }
                    return false;
                });
                var fixture = fixture(null)) {
            program(fixture, false, false, Map.of(Fixture.HOST, SelfSigned.forHost(Fixture.HOST)));
            fixture.ready(pod);
            try (var client = new TlsClient(fixture, Fixture.HOST, H1)) {
                RawUpstream.write(
                        client.socket.getOutputStream(),
                        "POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: " + size + "\r\n\r\n");
                var up = Thread.ofVirtual().start(() -> {
                    try {
                        client.socket.getOutputStream().write(new byte[size]);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertThat(RawUpstream.readHead(client.in)).startsWith("HTTP/1.1 200 OK");
                assertThat(client.in.readAllBytes())
                        .as("ended by close_notify, not by an accident")
                        .hasSize(size);
                up.join();
            }
        }
    }

    /** A client that offers one protocol and trusts whomever it meets. */
    private static final class TlsClient implements AutoCloseable {
        private final SSLSocket socket;
        private final InputStream in;

        TlsClient(Fixture fixture, String name, String protocol) throws Exception {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
            socket = (SSLSocket) context.getSocketFactory()
                    .createSocket(
                            InetAddress.getLoopbackAddress(),
                            fixture.gateway.tlsPorts().getFirst());
            var parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            try {
                socket.startHandshake();
            } catch (IOException e) {
                socket.close();
                throw e;
            }
            assertThat(socket.getApplicationProtocol()).isEqualTo(protocol);
            in = new BufferedInputStream(socket.getInputStream());
        }

        X509Certificate presented() throws IOException {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }

        String get(String path) throws IOException {
            RawUpstream.write(socket.getOutputStream(), RawClient.get(Fixture.HOST, path));
            var head = RawUpstream.readHead(in);
            return head + RawUpstream.readBody(head, in);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // not asked
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // the test looks itself
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
