package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that leave, pods that close, flap and dawdle, timeouts that strike: whatever happens, nobody gets another's
 * answer, and in the end nothing is in flight, waiting or open.
 */
class DisorderIT {
    private static final int CLIENTS = 40;
    private static final int ROUNDS = 60;
    private static final int LIMIT = 4;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void nobodyGetsAnothersAnswerAndNothingIsLeftBehind(long seed) throws Exception {
        var settings = new RevisionSettings(
                LIMIT,
                Duration.ofMillis(1500),
                Duration.ofMillis(700),
                Duration.ofMillis(500),
                1000,
                new RevisionSettings.Probe.Tcp(0),
                false);
        var pods = new ArrayList<RawUpstream>();
        try (var fixture = new Fixture().program(settings)) {
            for (int i = 0; i < 3; i++) {
                pods.add(new RawUpstream(new MoodyPod(seed * 100 + i)));
            }
            fixture.ready(pods.toArray(RawUpstream[]::new));
            var done = new CountDownLatch(CLIENTS);
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                Thread.ofVirtual().start(() -> {
                    client(fixture, client, new Random(seed * 1000 + client));
                    done.countDown();
                });
            }
            flap(fixture, pods, new Random(seed), done);
            fixture.ready(pods.toArray(RawUpstream[]::new));
            assertThat(wrong).isEmpty();
            assertThat(answered.get()).isGreaterThan(CLIENTS * ROUNDS / 4);
            Awaitility.await().untilAsserted(() -> {
                assertThat(Admin.metric(fixture, "revision_request_concurrency"))
                        .isZero();
                assertThat(Admin.metric(fixture, "revision_queue_depth")).isZero();
                assertThat(Admin.get(fixture, "/metrics")).contains("sluice_gateway_connections 0\n");
            });
        } finally {
            pods.forEach(RawUpstream::close);
        }
    }

    private static void flap(Fixture fixture, List<RawUpstream> pods, Random random, CountDownLatch done)
            throws InterruptedException {
        while (!done.await(15, java.util.concurrent.TimeUnit.MILLISECONDS)) {
            var endpoints = new ArrayList<PodEndpoint>();
            for (var pod : pods) {
                var state = random.nextInt(3) == 0 ? State.UNREADY : State.READY;
                if (random.nextInt(6) > 0) {
                    endpoints.add(Fixture.pod(pod, state));
                }
                if (random.nextInt(40) == 0) {
                    pod.closeConnections();
                }
            }
            fixture.gateway.pods(Fixture.REVISION, endpoints);
        }
    }

    private void client(Fixture fixture, int id, Random random) {
        RawClient client = null;
        for (int round = 0; round < ROUNDS; round++) {
            var name = id + "-" + round;
            try {
                if (client == null) {
                    client = fixture.client();
                }
                switch (random.nextInt(6)) {
                    case 0 -> {
                        // asks and leaves
                        client.send(RawClient.get(Fixture.HOST, "/" + name));
                        LockSupport.parkNanos(random.nextInt(3_000_000));
                        client.close();
                        client = null;
                    }
                    case 1 -> {
                        // leaves in the middle of its body
                        client.send("POST /" + name
                                + " HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 50\r\n\r\nabc");
                        LockSupport.parkNanos(random.nextInt(3_000_000));
                        client.close();
                        client = null;
                    }
                    case 2, 3 -> {
                        client.send(
                                "POST /" + name + " HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 6\r\n\r\nabc");
                        LockSupport.parkNanos(random.nextInt(2_000_000));
                        client = check(client.send("def"), name);
                    }
                    default -> client = check(client.send(RawClient.get(Fixture.HOST, "/" + name)), name);
                }
            } catch (IOException _) {
                client = close(client);
            }
        }
        close(client);
    }

    private static @Nullable RawClient close(@Nullable RawClient client) {
        try {
            if (client != null) {
                client.close();
            }
        } catch (IOException _) {
            // gone either way
        }
        return null;
    }

    private @Nullable RawClient check(RawClient client, String name) throws IOException {
        var answer = client.answer();
        if (answer.startsWith("HTTP/1.1 200 ")) {
            answered.incrementAndGet();
            if (!answer.endsWith("\r\n\r\n/" + name + " ") && !answer.endsWith("\r\n/" + name + " \r\n0\r\n\r\n")) {
                wrong.add(name + " got " + answer);
            }
        } else if (!answer.matches("(?s)HTTP/1\\.1 50[234] .*")) {
            wrong.add(name + " got " + answer);
        }
        return answer.contains("Connection: close") ? close(client) : client;
    }

    /** Echoes the path; sometimes late, sometimes in chunks, sometimes half or not at all. */
    private static final class MoodyPod implements RawUpstream.Script {
        private final Random random;

        private MoodyPod(long seed) {
            random = new Random(seed);
        }

        @Override
        public boolean answer(String head, InputStream in, OutputStream out) throws IOException {
            int mood;
            synchronized (random) {
                mood = random.nextInt(100);
            }
            var path = head.substring(head.indexOf('/'), head.indexOf(" HTTP")) + " ";
            if (mood < 3) {
                return false;
            }
            RawUpstream.readBody(head, in);
            if (mood < 5) {
                LockSupport.parkNanos(900_000_000);
            } else if (mood < 40) {
                LockSupport.parkNanos(mood * 100_000L);
            }
            if (mood < 42 && mood >= 40) {
                RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                return false;
            }
            if (mood < 60) {
                RawUpstream.write(
                        out,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(path.length())
                                + "\r\n" + path + "\r\n0\r\n\r\n");
            } else {
                RawUpstream.write(out, RawUpstream.ok(path));
            }
            return mood > 10;
        }
    }
}
