package dev.sluice.e2e.eventing;

import static dev.sluice.e2e.eventing.EventWorld.event;
import static dev.sluice.e2e.eventing.EventWorld.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Retries, dead letters and what they say, for Triggers; the cases are those of Knative's broker conformance. */
@Eventing
class DeliveryConformance {
    private static final String FAST = "backoffPolicy: linear, backoffDelay: PT0.1S";

    /** Who gets the event in the end. */
    enum At {
        SUBSCRIBER,
        BROKER_SINK,
        TRIGGER_SINK,
        NOWHERE
    }

    static Stream<Arguments> cases() {
        var brokerSink = "deadLetterSink: {uri: \"$BROKER_SINK\"}, ";
        var triggerSink = "deadLetterSink: {uri: \"$TRIGGER_SINK\"}, ";
        return Stream.of(
                Arguments.of("0: nothing asked", "", "", 0, At.SUBSCRIBER, "", 0, At.SUBSCRIBER),
                Arguments.of(
                        "1: sink and retries of the Broker",
                        "delivery: {" + brokerSink + "retry: 3, " + FAST + "}",
                        "",
                        3,
                        At.SUBSCRIBER,
                        "",
                        4,
                        At.BROKER_SINK),
                Arguments.of(
                        "2: retries of the Triggers",
                        "delivery: {retry: 0}",
                        "delivery: {" + triggerSink + "retry: 3, " + FAST + "}",
                        3,
                        At.SUBSCRIBER,
                        "delivery: {retry: 1, " + FAST + "}",
                        2,
                        At.NOWHERE),
                Arguments.of(
                        "3: both, the Trigger's suffices",
                        "delivery: {" + brokerSink + "retry: 1, " + FAST + "}",
                        "delivery: {" + triggerSink + "retry: 3, " + FAST + "}",
                        3,
                        At.SUBSCRIBER,
                        "",
                        2,
                        At.BROKER_SINK),
                Arguments.of(
                        "4: both, none suffices",
                        "delivery: {" + brokerSink + "retry: 1, " + FAST + "}",
                        "delivery: {" + triggerSink + "retry: 3, " + FAST + "}",
                        4,
                        At.TRIGGER_SINK,
                        "",
                        2,
                        At.BROKER_SINK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void retriesAsOftenAsItIsToldAndThenGivesTheEventToTheSinkThatIsMeant(
            String name,
            String ofBroker,
            String ofFirst,
            int firstFails,
            At first,
            String ofSecond,
            int secondFails,
            At second,
            EventWorld world) {
        var one = world.listener().dropping(firstFails);
        var two = world.listener().dropping(secondFails);
        var sinks = Map.of(At.BROKER_SINK, world.listener(), At.TRIGGER_SINK, world.listener());
        world.broker("default", filled(ofBroker, sinks));
        world.trigger("one", one.url(), filled(ofFirst, sinks));
        world.trigger("two", two.url(), filled(ofSecond, sinks));
        world.triggerReady("one");
        world.triggerReady("two");

        world.accepted(world.brokerUrl("default"), event("e"), "x");

        eventually(() -> {
            assertThat(one.heard()).hasSize(first == At.SUBSCRIBER ? firstFails + 1 : firstFails);
            assertThat(two.heard()).hasSize(second == At.SUBSCRIBER ? secondFails + 1 : secondFails);
            sinks.forEach((at, sink) -> assertThat(sink.taken())
                    .as(name + ": " + at)
                    .hasSize((first == at ? 1 : 0) + (second == at ? 1 : 0)));
        });
        if (second == At.NOWHERE) {
            eventually(() -> assertThat(world.platform()
                            .sluice("events", "list", "-n", world.namespace())
                            .out())
                    .contains(world.namespace() + "/two", "parked"));
        }
    }

    private static String url(Map<At, Listener> sinks, At at) {
        return Objects.requireNonNull(sinks.get(at)).url();
    }

    private static String filled(String yaml, Map<At, Listener> sinks) {
        return yaml.replace("$BROKER_SINK", url(sinks, At.BROKER_SINK))
                .replace("$TRIGGER_SINK", url(sinks, At.TRIGGER_SINK));
    }

    @Test
    void tellsTheSinkWhoDidNotTakeTheEventAndWhatItAnswered(EventWorld world) {
        var silent = world.listener().answering(_ -> Listener.Answer.of(422));
        var wordy = world.listener().answering(_ -> new Listener.Answer(422, Map.of(), "bad order"));
        var sink = world.listener();
        var nobody = "http://fake." + world.namespace() + ".svc.cluster.local/";
        world.broker("default", "delivery: {retry: 0, deadLetterSink: {uri: \"" + sink.url() + "\"}}");
        world.trigger("nobody", nobody, "");
        world.trigger("silent", silent.url(), "");
        world.trigger("wordy", wordy.url(), "");
        for (var trigger : new String[] {"nobody", "silent", "wordy"}) {
            world.triggerReady(trigger);
        }

        world.accepted(world.brokerUrl("default"), event("e"), "order");

        eventually(() -> assertThat(sink.heard()).hasSize(3));
        assertThat(sink.heard()).allSatisfy(h -> {
            assertThat(h.header("kn-namespace")).isEqualTo(world.namespace());
            assertThat(h.headers()).doesNotContainKey("prefer");
            assertThat(h.body()).isEqualTo("order");
        });
        assertThat(sink.heard())
                .anySatisfy(h -> assertThat(h.header("ce-knativeerrordest")).isEqualTo(nobody));
        assertThat(sink.heard()).anySatisfy(h -> {
            assertThat(h.header("ce-knativeerrordest")).isEqualTo(silent.url());
            assertThat(h.header("ce-knativeerrorcode")).isEqualTo("422");
            assertThat(h.headers()).doesNotContainKey("ce-knativeerrordata");
        });
        assertThat(sink.heard())
                .anySatisfy(h -> assertThat(h.header("ce-knativeerrordata"))
                        .isEqualTo(Base64.getEncoder().encodeToString("bad order".getBytes(StandardCharsets.UTF_8))));
        assertThat(silent.heard()).hasSize(1);
    }

    @Test
    void triesASinkThatIsFlakyAgain(EventWorld world) {
        var subscriber = world.listener().answering(_ -> Listener.Answer.of(400));
        var sink = world.listener().dropping(2);
        world.broker("default", "delivery: {retry: 3, " + FAST + ", deadLetterSink: {uri: \"" + sink.url() + "\"}}");
        world.trigger("t", subscriber.url(), "");
        world.triggerReady("t");

        world.accepted(world.brokerUrl("default"), event("e"), "x");

        eventually(() -> assertThat(sink.taken()).hasSize(1));
        assertThat(sink.heard()).hasSize(3);
        assertThat(subscriber.heard()).hasSize(1);
    }

    @Test
    void deliversAgainWhenTheAnswerCouldNotBeDelivered(EventWorld world) {
        var subscriber = world.listener().answering(heard -> new Listener.Answer(200, Map.of(), "no event"));
        var sink = world.listener();
        world.broker("default", "delivery: {retry: 2, " + FAST + ", deadLetterSink: {uri: \"" + sink.url() + "\"}}");
        world.trigger("t", subscriber.url(), "");
        world.triggerReady("t");

        world.accepted(world.brokerUrl("default"), event("e"), "x");

        eventually(() -> assertThat(sink.taken()).hasSize(1));
        assertThat(subscriber.heard()).hasSize(3);
    }

    @Test
    void holdsTheEventsOfAPausedTriggerAndDeliversThemWhenItGoesOn(EventWorld world) {
        var subscriber = world.listener();
        var other = world.listener();
        world.broker("default", "");
        world.trigger("t", subscriber.url(), "");
        world.trigger("other", other.url(), "");
        world.triggerReady("t");
        world.triggerReady("other");
        var api = "eventing.knative.dev/v1";
        world.patch(api, "Trigger", "t", "metadata: {annotations: {events.sluice.dev/paused: \"true\"}}");
        world.until(
                api,
                "Trigger",
                "t",
                "paused",
                o -> EventWorld.condition(o, "Paused").path("status").asText("").equals("True"));
        for (int i = 0; i < 5; i++) {
            world.accepted(world.brokerUrl("default"), event("held-" + i), "x");
        }
        eventually(() -> assertThat(other.heard()).hasSize(5));
        assertThat(subscriber.heard()).isEmpty();

        world.patch(api, "Trigger", "t", "metadata: {annotations: {events.sluice.dev/paused: null}}");
        eventually(() -> assertThat(subscriber.ids()).containsAll(other.ids()));
    }
}
