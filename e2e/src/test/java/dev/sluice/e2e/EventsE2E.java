package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An event through a Channel of 2018 on the stub bus reaches a Service that sleeps, and one that fails at first. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class EventsE2E {
    private final Http http = new Http();

    @Test
    void wakesItsSubscriberAndArrivesInTheVersionItCameIn(Platform platform, TestNamespace namespace) {
        var url = Events.subscriber(platform, namespace.name(), "listener", Map.of());
        var channel = Events.channel(platform, namespace.name(), "news", "listener");

        assertThat(http.post(channel, Events.cloudEvent("a-1"), "one").statusCode())
                .isEqualTo(202);
        assertThat(http.post(
                                channel,
                                Map.of(
                                        "CE-CloudEventsVersion", "0.1",
                                        "CE-EventID", "a-2",
                                        "CE-EventType", "dev.sluice.test",
                                        "CE-Source", "/e2e",
                                        "Content-Type", "text/plain"),
                                "two")
                        .statusCode())
                .isEqualTo(202);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var received = http.get(url + "/received").body();
            assertThat(received).containsPattern("1 202 .*ce-id=a-1.*ce-specversion=1.0.* one");
            assertThat(received).containsPattern("1 202 .*ce-cloudeventsversion=0.1.*ce-eventid=a-2.* two");
        });
        // what arrives at once is nobody's workflow, and is remembered for a while
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(platform.sluice("events", "show", "a-1", "-n", namespace.name())
                                .succeeded()
                                .out())
                        .contains("accepted")
                        .containsPattern("delivered .* 1 +202 "));
        assertThat(platform.sluice("events", "replay", "a-1", "-n", namespace.name())
                        .failed()
                        .err())
                .contains("no delivery of such an event has failed");
    }

    @Test
    void isDeliveredAtTheThirdAttemptWhenItsSubscriberFailsTwice(Platform platform, TestNamespace namespace) {
        var url = Events.subscriber(platform, namespace.name(), "flaky", Map.of("FAIL_FIRST", "2"));
        var channel = Events.channel(platform, namespace.name(), "orders", "flaky");

        assertThat(http.post(channel, Events.cloudEvent("b-1"), "order").statusCode())
                .isEqualTo(202);

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(http.get(url + "/received").body()).contains("1 503 ", "2 503 ", "3 202 "));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(platform.sluice("events", "show", "b-1", "-n", namespace.name())
                                .succeeded()
                                .out())
                        .containsPattern("(?i)delivered after 3 attempts")
                        .contains("503"));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(http.getDirectly(platform.instance("metrics"))
                                .body()
                                .lines()
                                .filter(line -> line.contains("namespace_name=\"" + namespace.name() + "\"")))
                        .anyMatch(line -> line.matches("sluice_delivery_events_total\\{.*phase=\"delivered\".*} 1\\.0"))
                        .anyMatch(line -> line.matches(
                                "sluice_delivery_attempts_total\\{.*outcome=\"retry\".*turn=\"first\"} 1\\.0")));
    }

    @Test
    void isRefusedWhenThereIsNoSuchChannel(Platform platform, TestNamespace namespace) {
        var channel = Events.channel(platform, namespace.name(), "known", "nobody");
        assertThat(http.post(channel.replace("known", "unknown"), Events.cloudEvent("c-1"), "x")
                        .statusCode())
                .isEqualTo(404);
        assertThat(http.post(channel, Map.of("Content-Type", "text/plain"), "not an event")
                        .statusCode())
                .isEqualTo(400);
    }
}
