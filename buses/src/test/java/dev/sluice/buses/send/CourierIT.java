package dev.sluice.buses.send;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.buses.Subscriber;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.testing.servers.ServerCertificate;
import dev.sluice.workflows.delivery.Failure;
import dev.sluice.workflows.delivery.Parcel;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One attempt, against real servers. */
class CourierIT {
    private static final DeliveryPolicy POLICY = new DeliveryPolicy(
            0, Duration.ofSeconds(20), new Backoff(Backoff.Shape.LINEAR, Duration.ZERO, Duration.ZERO));
    private static final DeliveryPolicy IMPATIENT = new DeliveryPolicy(0, Duration.ofMillis(500), POLICY.backoff());
    private static final EventMessage EVENT = new EventMessage(
            Map.of(
                    "ce-cloudeventsversion", "0.1",
                    "ce-eventid", "1",
                    "content-type", "text/plain",
                    "knative-correlation-id", "c-1"),
            "hello".getBytes(StandardCharsets.UTF_8),
            "t",
            "/s",
            "1");

    private static SubscriptionSettings impatiently(int port) {
        return new SubscriptionSettings(
                "uid",
                "ns",
                "sub",
                new ChannelId("ns", "c"),
                URI.create("http://127.0.0.1:" + port + "/"),
                null,
                IMPATIENT);
    }

    private static SubscriptionSettings to(@Nullable URI subscriber, @Nullable URI replyTo) {
        return new SubscriptionSettings("uid", "ns", "sub", new ChannelId("ns", "c"), subscriber, replyTo, POLICY);
    }

    @Test
    void deliversTheEventAsItCameWithKnativesHeaders() {
        try (var subscriber = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            var attempt = courier.deliver(to(subscriber.url(), null), EVENT, "stamp", 4);
            assertThat(attempt.verdict()).isEqualTo(Verdict.DELIVERED);
            var got = subscriber.received().getFirst();
            assertThat(got.body()).isEqualTo("hello");
            assertThat(got.headers())
                    .containsEntry("ce-cloudeventsversion", "0.1")
                    .containsEntry("content-type", "text/plain")
                    .containsEntry("prefer", "reply")
                    .containsEntry("kn-namespace", "ns")
                    .containsEntry("sluice-attempt", "4")
                    .containsEntry("sluice-delivery-id", "stamp");
        }
    }

    @Test
    void anEventOfWhichOnlyTheClaimIsLeftIsRejectedAndOneThatCannotBeReadNowIsTriedAgain() {
        var check = new EventMessage(Map.of("ce-id", "1", Parcel.CLAIM, "gone"), new byte[0], "t", "/s", "1");
        var unreadable = EventMessage.keptElsewhere(check, EVENT.headers(), 5, () -> {
            throw new UncheckedIOException("reading a big event: the disk fails", new IOException("the disk fails"));
        });
        try (var subscriber = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            var lost = courier.deliver(to(subscriber.url(), null), check, "stamp", 1);
            assertThat(lost.verdict()).isEqualTo(Verdict.REJECTED);
            assertThat(lost.detail()).contains("store of big events");
            var later = courier.deliver(to(subscriber.url(), null), unreadable, "stamp", 1);
            assertThat(later.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(later.detail()).contains("the disk fails");
            assertThat(subscriber.received()).isEmpty();
        }
    }

    @Test
    void keepsTheHostWhenTheResolverKnowsWhereItIs() {
        try (var subscriber = new Subscriber();
                var courier = new Courier((host, _) -> host.equals("hello.ns.svc.cluster.local")
                        ? Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), subscriber.port()))
                        : Optional.empty())) {
            var attempt =
                    courier.deliver(to(URI.create("http://hello.ns.svc.cluster.local/"), null), EVENT, "stamp", 1);
            assertThat(attempt.verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(subscriber.received().getFirst().header("host")).isEqualTo("hello.ns.svc.cluster.local");
        }
    }

    @Test
    void believesTheCertificatesOfAnAuthorityThatTheDestinationNames(@TempDir Path folder) throws Exception {
        var certificate = ServerCertificate.in(folder);
        var pem = Files.readString(certificate.certificate());
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(
                KeyStore.getInstance(certificate.store().toFile(), ServerCertificate.PASSWORD.toCharArray()),
                ServerCertificate.PASSWORD.toCharArray());
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(202, -1);
            }
        });
        server.start();
        var url = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
        var plain = new SubscriptionSettings("uid", "ns", "sub", new ChannelId("ns", "c"), url, null, POLICY);
        try (var courier = new Courier(HostResolver.dns())) {
            assertThat(courier.deliver(plain, EVENT, "stamp", 1).verdict()).isEqualTo(Verdict.RETRY);
            assertThat(courier.deliver(trusting(plain, pem), EVENT, "stamp", 2).verdict())
                    .isEqualTo(Verdict.DELIVERED);
            assertThat(courier.deliver(plain, EVENT, "stamp", 3).verdict())
                    .as("a connection of one that trusts is not used for another")
                    .isEqualTo(Verdict.RETRY);
            assertThat(courier.deliver(trusting(plain, "nonsense"), EVENT, "stamp", 4)
                            .detail())
                    .contains("CACerts of the destination: ");
        } finally {
            server.stop(0);
        }
    }

    private static SubscriptionSettings trusting(SubscriptionSettings to, String pem) {
        return new SubscriptionSettings(
                to.uid(),
                to.namespace(),
                to.name(),
                to.channel(),
                to.subscriber(),
                null,
                to.policy(),
                Terms.NONE.withTrust(new Terms.Trust(pem, null, null)));
    }

    @Test
    void sendsTheAnswerToReplyToWithTheCorrelation() {
        try (var subscriber = new Subscriber()
                        .answering(_ -> new Subscriber.Answer(
                                200, Map.of("ce-id", "r", "Content-Type", "text/x", "x-private", "p"), "answer"));
                var reply = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            assertThat(courier.deliver(to(subscriber.url(), reply.url()), EVENT, "stamp", 1)
                            .verdict())
                    .isEqualTo(Verdict.DELIVERED);
            var got = reply.received().getFirst();
            assertThat(got.body()).isEqualTo("answer");
            assertThat(got.headers())
                    .containsEntry("ce-id", "r")
                    .containsEntry("content-type", "text/x")
                    .containsEntry("knative-correlation-id", "c-1")
                    .doesNotContainKeys("x-private", "prefer");
        }
    }

    @Test
    void endsWithAnEmptyAnswerAndDoesNotTakeTheBodyOf202ForAReply() {
        try (var subscriber = new Subscriber();
                var reply = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            courier.deliver(to(subscriber.url(), reply.url()), EVENT, "stamp", 1);
            subscriber.answering(_ -> new Subscriber.Answer(202, Map.of(), "queued"));
            courier.deliver(to(subscriber.url(), reply.url()), EVENT, "stamp", 1);
            assertThat(reply.received()).isEmpty();
        }
    }

    @Test
    void failsAsAWholeWhenTheReplyCannotBeDelivered() {
        try (var subscriber = new Subscriber().answering(_ -> new Subscriber.Answer(200, Map.of(), "answer"));
                var reply = new Subscriber().answering(503);
                var courier = new Courier(HostResolver.dns())) {
            var attempt = courier.deliver(to(subscriber.url(), reply.url()), EVENT, "stamp", 1);
            assertThat(attempt.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(attempt.detail()).startsWith("reply to ");
        }
    }

    @Test
    void forwardsTheEventItselfWhenThereIsNoSubscriber() {
        try (var reply = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            courier.deliver(to(null, reply.url()), EVENT, "stamp", 1);
            assertThat(reply.received().getFirst().body()).isEqualTo("hello");
            assertThat(reply.received().getFirst().header("ce-eventid")).isEqualTo("1");
        }
    }

    @Test
    void hearsRetryAfter() {
        try (var subscriber =
                        new Subscriber().answering(_ -> new Subscriber.Answer(429, Map.of("Retry-After", "7"), ""));
                var courier = new Courier(HostResolver.dns())) {
            var attempt = courier.deliver(to(subscriber.url(), null), EVENT, "stamp", 1);
            assertThat(attempt.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(attempt.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @Test
    void saysThatNobodyAnswered() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var courier = new Courier(HostResolver.dns())) {
            var refused = courier.deliver(to(URI.create("http://127.0.0.1:" + port + "/"), null), EVENT, "s", 1);
            assertThat(refused.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(refused.detail()).contains("connection refused");
            var late = courier.deliver(impatiently(silent.getLocalPort()), EVENT, "s", 1);
            assertThat(late.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(late.detail()).contains("no answer within PT0.5S");
        }
    }

    @Test
    void deliversAgainAfterTheSubscriberWasRestartedOnTheSamePort() {
        int port;
        try (var courier = new Courier(HostResolver.dns())) {
            try (var first = new Subscriber()) {
                port = first.port();
                assertThat(courier.deliver(to(first.url(), null), EVENT, "s", 1).verdict())
                        .isEqualTo(Verdict.DELIVERED);
            }
            try (var second = new Subscriber(port)) {
                assertThat(courier.deliver(to(second.url(), null), EVENT, "s", 1)
                                .verdict())
                        .isEqualTo(Verdict.DELIVERED);
                assertThat(second.received()).hasSize(1);
            }
        }
    }

    /** A write has no timeout of its own: it would wait for good for one that does not read. */
    @Test
    @Timeout(60)
    void theTimeoutHoldsForOneThatNeverReadsToo() throws IOException {
        var big = new EventMessage(EVENT.headers(), new byte[16 << 20], "t", "/s", "1");
        try (var deaf = new ServerSocket();
                var courier = new Courier(HostResolver.dns())) {
            deaf.setReceiveBufferSize(4 << 10);
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var attempt = courier.deliver(impatiently(deaf.getLocalPort()), big, "s", 1);
            assertThat(attempt.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(attempt.detail()).contains("no answer within PT0.5S");
        }
    }

    @Test
    void takesNoMemoryOutsideTheHeapForABigBody() {
        var big = new EventMessage(EVENT.headers(), new byte[8 << 20], "t", "/s", "1");
        try (var subscriber = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            long before = outsideTheHeap();
            // what a thread has taken it keeps until it ends
            var taken = CompletableFuture.supplyAsync(
                            () -> {
                                courier.deliver(to(subscriber.url(), null), big, "stamp", 1);
                                return outsideTheHeap() - before;
                            },
                            task -> new Thread(task, "sender").start())
                    .join();
            assertThat(subscriber.received()).hasSize(1);
            assertThat(taken).isLessThan(2 << 20);
        }
    }

    private static long outsideTheHeap() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    @Test
    @Timeout(60)
    void doesNotSendAgainByItselfWhatASubscriberReadAndDidNotAnswer() throws Exception {
        var requests = new AtomicInteger();
        try (var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                var courier = new Courier(HostResolver.dns())) {
            var _ = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        try (var connection = server.accept()) {
                            do {
                                readRequest(connection.getInputStream());
                                if (requests.incrementAndGet() == 1) {
                                    connection.getOutputStream().write(EMPTY_ANSWER);
                                }
                            } while (requests.get() == 1);
                        }
                    }
                } catch (IOException _) {
                    // the test is over
                }
            });
            var to = to(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"), null);
            assertThat(courier.deliver(to, EVENT, "s", 1).verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(courier.deliver(to, EVENT, "s", 2).verdict()).isEqualTo(Verdict.RETRY);
            assertThat(requests).hasValue(2);
        }
    }

    @Test
    @Timeout(60)
    void closesConnectionsThatNobodyUsesAnyMore() throws Exception {
        var now = new AtomicLong();
        try (var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                var poster = new HttpPoster(HostResolver.dns(), now::get)) {
            var end = new CompletableFuture<Integer>();
            var serving = Thread.ofVirtual().start(() -> {
                try (var connection = server.accept()) {
                    readRequest(connection.getInputStream());
                    connection.getOutputStream().write(EMPTY_ANSWER);
                    end.complete(connection.getInputStream().read());
                } catch (IOException e) {
                    end.completeExceptionally(e);
                }
            });
            var url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
            poster.post(url, null, Map.of(), new byte[1], Duration.ofSeconds(20));
            poster.sweep();
            assertThat(poster.targets()).isEqualTo(1);

            now.addAndGet(Duration.ofSeconds(5).toNanos());
            poster.sweep();

            assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(poster.targets()).isZero();
            serving.join();
        }
    }

    private static final byte[] EMPTY_ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** With a body whose length is said. */
    private static void readRequest(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("no request");
            }
            head.append((char) c);
        }
        var length = Pattern.compile("(?i)content-length: *(\\d+)").matcher(head);
        assertThat(length.find()).isTrue();
        in.readNBytes(Integer.parseInt(length.group(1)));
    }

    private static final EventMessage TODAY = new EventMessage(
            Map.of(
                    "ce-specversion",
                    "1.0",
                    "ce-id",
                    "1",
                    "ce-type",
                    "t",
                    "ce-source",
                    "/s",
                    "content-type",
                    "text/plain",
                    "ce-knativebrokerttl",
                    "9"),
            "hello".getBytes(StandardCharsets.UTF_8),
            "t",
            "/s",
            "1");

    private static SubscriptionSettings trigger(@Nullable URI subscriber, @Nullable URI replyTo, Terms terms) {
        return new SubscriptionSettings(
                "uid", "ns", "sub", new ChannelId("ns", "c"), subscriber, replyTo, POLICY, terms);
    }

    @Test
    void keepsTheTimeToLiveFromSubscribersAndPutsItOnTheirAnswers() {
        try (var subscriber = new Subscriber()
                        .answering(_ -> new Subscriber.Answer(
                                200,
                                Map.of("ce-specversion", "1.0", "ce-id", "r", "ce-type", "t", "ce-source", "/r"),
                                ""));
                var reply = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            var to = trigger(subscriber.url(), reply.url(), Terms.NONE.withKind(Terms.TRIGGER));
            assertThat(courier.deliver(to, TODAY, "stamp", 1).verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(subscriber.received().getFirst().headers()).doesNotContainKey("ce-knativebrokerttl");
            assertThat(reply.received().getFirst().headers())
                    .containsEntry("ce-id", "r")
                    .containsEntry("ce-knativebrokerttl", "9")
                    .containsEntry("kn-namespace", "ns")
                    .doesNotContainKey("prefer");
        }
    }

    @Test
    void failsWhenTheAnswerIsNoEventWhereEventsAreAsked() {
        try (var subscriber = new Subscriber().answering(_ -> new Subscriber.Answer(200, Map.of(), "fine"));
                var courier = new Courier(HostResolver.dns())) {
            var to = trigger(subscriber.url(), subscriber.url(), Terms.NONE.withKind(Terms.TRIGGER));
            var attempt = courier.deliver(to, TODAY, "stamp", 1);
            assertThat(attempt.verdict()).isEqualTo(Verdict.RETRY);
            assertThat(attempt.status()).isEqualTo(502);
            assertThat(attempt.detail()).contains("no CloudEvent");
        }
    }

    @Test
    void sendsInTheFormatThatIsAskedFor() {
        try (var subscriber = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            courier.deliver(
                    trigger(
                            subscriber.url(),
                            null,
                            Terms.NONE.withKind(Terms.TRIGGER).withFormat("json")),
                    TODAY,
                    "stamp",
                    1);
            var got = subscriber.received().getFirst();
            assertThat(got.header("content-type")).startsWith("application/cloudevents+json");
            assertThat(got.headers()).doesNotContainKey("ce-id");
            assertThat(got.body()).contains("\"id\":\"1\"", "aGVsbG8=").doesNotContain("ttl");

            var structured = new EventMessage(
                    Map.of("content-type", "application/cloudevents+json"),
                    got.body().getBytes(StandardCharsets.UTF_8),
                    "t",
                    "/s",
                    "1");
            courier.deliver(trigger(subscriber.url(), null, Terms.NONE.withFormat("binary")), structured, "stamp", 1);
            var binary = subscriber.received().getLast();
            assertThat(binary.headers())
                    .containsEntry("ce-id", "1")
                    .containsEntry("ce-specversion", "1.0")
                    .containsEntry("content-type", "text/plain");
            assertThat(binary.body()).isEqualTo("hello");
        }
    }

    @Test
    void tellsTheDeadLetterSinkWhatWentWrong() {
        try (var sink = new Subscriber();
                var courier = new Courier(HostResolver.dns())) {
            var to = trigger(
                    URI.create("http://fake.ns.svc.cluster.local"), null, Terms.NONE.withDeadLetterSink(sink.url()));
            courier.deadLetter(to, TODAY, "stamp", 2, new Failure("http://fake.ns.svc.cluster.local", 422, "b29wcw=="));
            var got = sink.received().getFirst();
            assertThat(got.headers())
                    .containsEntry("ce-knativeerrordest", "http://fake.ns.svc.cluster.local")
                    .containsEntry("ce-knativeerrorcode", "422")
                    .containsEntry("ce-knativeerrordata", "b29wcw==")
                    .containsEntry("kn-namespace", "ns")
                    .doesNotContainKey("prefer");
            assertThat(got.body()).isEqualTo("hello");

            var structured = new EventMessage(
                    Map.of("content-type", "application/cloudevents+json"),
                    "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\",\"source\":\"/s\",\"data\":1.0}"
                            .getBytes(StandardCharsets.UTF_8),
                    "t",
                    "/s",
                    "1");
            courier.deadLetter(to, structured, "stamp", 2, new Failure("http://x/", 0, null));
            assertThat(sink.received().getLast().body())
                    .contains("\"data\":1.0", "\"knativeerrordest\":\"http://x/\"")
                    .doesNotContain("errorcode");
        }
    }

    @Test
    void keepsTheFirstBytesOfARefusal() {
        try (var subscriber = new Subscriber().answering(_ -> new Subscriber.Answer(422, Map.of(), "y".repeat(5_000)));
                var courier = new Courier(HostResolver.dns())) {
            var attempt = courier.deliver(to(subscriber.url(), null), EVENT, "stamp", 1);
            assertThat(attempt.verdict()).isEqualTo(Verdict.REJECTED);
            assertThat(attempt.answer()).hasSize(1_024);
            assertThat(attempt.to()).isEqualTo(subscriber.url().toString());
        }
    }
}
