package dev.sluice.e2e.eventing;

import static dev.sluice.e2e.eventing.EventWorld.event;
import static dev.sluice.e2e.eventing.EventWorld.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which Triggers get which events, by every dialect of filters, and what becomes of answers. */
@Eventing
class RoutingConformance {
    @Test
    void givesEachEventToEveryTriggerThatWantsIt(EventWorld world) {
        var filters = new LinkedHashMap<String, String>();
        filters.put("all", "");
        filters.put("again", "filter: {}");
        filters.put("type", "filter: {attributes: {type: t1}}");
        filters.put("both", "filter: {attributes: {type: t1, myext: v1}}");
        filters.put("any-value", "filter: {attributes: {myext: \"\"}}");
        filters.put("none", "filter: {attributes: {type: other}}");
        filters.put("wins", "filter: {attributes: {type: other}}, filters: [{exact: {type: t2}}]");
        filters.put("prefix", "filters: [{prefix: {source: /shop/}}]");
        filters.put("suffix", "filters: [{suffix: {type: \"1\"}}]");
        filters.put("all-of", "filters: [{all: [{exact: {type: t1}}, {prefix: {source: /e}}]}]");
        filters.put("any-of", "filters: [{any: [{exact: {type: t2}}, {exact: {myext: v1}}]}]");
        filters.put("not", "filters: [{not: {exact: {type: t1}}}]");
        filters.put("cesql", "filters: [{cesql: \"type LIKE 't%' AND EXISTS myext AND myext = 'v1'\"}]");
        filters.put("two", "filters: [{exact: {type: t1}}, {suffix: {source: \"7\"}}]");
        var expected = Map.ofEntries(
                Map.entry("all", "1 2 3"),
                Map.entry("again", "1 2 3"),
                Map.entry("type", "1 3"),
                Map.entry("both", "3"),
                Map.entry("any-value", "3"),
                Map.entry("none", ""),
                Map.entry("wins", "2"),
                Map.entry("prefix", "3"),
                Map.entry("suffix", "1 3"),
                Map.entry("all-of", "1"),
                Map.entry("any-of", "2 3"),
                Map.entry("not", "2"),
                Map.entry("cesql", "3"),
                Map.entry("two", "3"));
        world.broker("default", "");
        var listeners = new LinkedHashMap<String, Listener>();
        filters.forEach((name, filter) -> {
            var listener = world.listener();
            listeners.put(name, listener);
            world.trigger(name, listener.url(), filter);
        });
        filters.keySet().forEach(world::triggerReady);

        world.accepted(world.brokerUrl("default"), event("1", "ce-type", "t1"), "x");
        world.accepted(world.brokerUrl("default"), event("2", "ce-type", "t2"), "x");
        world.accepted(
                world.brokerUrl("default"), event("3", "ce-type", "t1", "ce-source", "/shop/7", "ce-myext", "v1"), "x");

        eventually(() -> {
            var got = new LinkedHashMap<String, String>();
            listeners.forEach((name, l) ->
                    got.put(name, String.join(" ", l.ids().stream().sorted().toList())));
            assertThat(got).containsExactlyInAnyOrderEntriesOf(expected);
        });
    }

    @Test
    void bringsAnswersBackToTheBrokerWithTheirExtensions(EventWorld world) {
        var first = world.listener().replying("t2");
        var second = world.listener();
        world.broker("default", "");
        world.trigger("first", first.url(), "filter: {attributes: {type: t1}}");
        world.trigger("second", second.url(), "filter: {attributes: {type: t2}}");
        world.triggerReady("first");
        world.triggerReady("second");

        world.accepted(world.brokerUrl("default"), event("a", "ce-type", "t1", "ce-note", "n1"), "x".repeat(36_864));

        eventually(() -> assertThat(second.heard()).singleElement().satisfies(h -> {
            assertThat(h.header("ce-type")).isEqualTo("t2");
            assertThat(h.body()).hasSize(36_864 + 3).endsWith(">t2");
        }));
        assertThat(first.heard())
                .singleElement()
                .satisfies(h -> assertThat(h.header("ce-note")).isEqualTo("n1"));
    }

    @Test
    void endsALoopOfAnswers(EventWorld world) {
        var echo = world.listener().replying("t1");
        world.broker("default", "delivery: {retry: 0}");
        world.trigger("loop", echo.url(), "");
        world.triggerReady("loop");

        world.accepted(world.brokerUrl("default"), event("l", "ce-knativebrokerttl", "5"), "x");

        eventually(() -> assertThat(echo.heard()).hasSize(4));
    }

    @Test
    void sendsInTheFormatThatATriggerAsksFor(EventWorld world) {
        var json = world.listener();
        var binary = world.listener();
        world.broker("default", "");
        world.trigger("json", json.url(), "delivery: {format: json}");
        world.trigger("binary", binary.url(), "delivery: {format: binary}");
        world.triggerReady("json");
        world.triggerReady("binary");

        world.accepted(world.brokerUrl("default"), event("f", "Content-Type", "application/json"), "{\"a\":1}");

        eventually(() -> {
            assertThat(json.heard()).singleElement().satisfies(h -> {
                assertThat(h.header("content-type")).startsWith("application/cloudevents+json");
                assertThat(h.body()).contains("\"id\":\"f\"", "\"a\":1");
            });
            assertThat(binary.heard())
                    .singleElement()
                    .satisfies(h -> assertThat(h.body()).isEqualTo("{\"a\":1}"));
        });
    }
}
