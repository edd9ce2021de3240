package dev.sluice.e2e.eventing;

import static dev.sluice.e2e.eventing.EventWorld.event;
import static dev.sluice.e2e.eventing.EventWorld.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Channels, their Subscriptions, and the flows that are made of them. */
@Eventing
class ChannelConformance {
    private static final String FAST = "backoffPolicy: linear, backoffDelay: PT0.1S";
    private static final String MESSAGING = "messaging.knative.dev/v1";

    @Test
    void aChannelIsAddressableAndServesTheSubscribersInItsSpec(EventWorld world) {
        var one = world.listener();
        var two = world.listener();
        world.channel("mychannelimpl", "");
        var flavour = world.flavour();
        var channel = world.channelReady("mychannelimpl");
        assertThat(channel.at("/status/address/url").asText()).isEqualTo(world.channelUrl("mychannelimpl"));
        assertThat(channel.at("/metadata/annotations/messaging.knative.dev~1subscribable")
                        .asText())
                .isEqualTo("v1");
        assertThat(world.patch(flavour.channelApiVersion(), flavour.channelKind(), "mychannelimpl", """
            spec:
              subscribers:
              - {uid: "1", generation: 1, subscriberUri: "%s"}
              - {uid: "2", generation: 1, subscriberUri: "%s"}
            """.formatted(
                                one.url(), two.url())))
                .isEmpty();
        world.until(
                flavour.channelApiVersion(),
                flavour.channelKind(),
                "mychannelimpl",
                "serving both",
                o -> o.at("/status/subscribers").size() == 2
                        && o.at("/status/subscribers/0/ready").asText().equals("True"));

        world.accepted(world.channelUrl("mychannelimpl"), event("a", "ce-specversion", "0.3"), "x");
        for (var missing : new String[] {"ce-id", "ce-type", "ce-source", "ce-specversion"}) {
            var headers = new TreeMap<>(event("m"));
            headers.remove(missing);
            assertThat(world.post(world.channelUrl("mychannelimpl"), headers, "x")
                            .statusCode())
                    .as(missing)
                    .isBetween(400, 499);
        }
        eventually(() -> {
            assertThat(one.ids()).containsExactly("a");
            assertThat(two.ids()).containsExactly("a");
        });
        assertThat(one.heard().getFirst().header("ce-specversion")).isEqualTo("0.3");
    }

    @Test
    void aChannelCarriesTheKindThatItsTemplateNames(EventWorld world) {
        var end = world.listener();
        var middle = world.listener().replying("answered");
        world.create(
                MESSAGING,
                "Channel",
                "first",
                "spec: {channelTemplate: {apiVersion: %s, kind: %s}}"
                        .formatted(
                                world.flavour().channelApiVersion(),
                                world.flavour().channelKind()));
        world.create(MESSAGING, "Channel", "second", "spec: {}");
        var address = world.ready(MESSAGING, "Channel", "first")
                .at("/status/address/url")
                .asText();
        world.ready(MESSAGING, "Channel", "second");
        var channel = "channel: {apiVersion: messaging.knative.dev/v1, kind: Channel, name: %s}";
        world.create(MESSAGING, "Subscription", "to-middle", """
            spec:
              %s
              subscriber: {uri: "%s"}
              reply: {ref: {apiVersion: messaging.knative.dev/v1, kind: Channel, name: second}}
            """.formatted(channel.formatted("first"), middle.url()));
        world.create(MESSAGING, "Subscription", "to-end", """
            spec:
              %s
              subscriber: {uri: "%s"}
            """.formatted(channel.formatted("second"), end.url()));
        var subscription = world.subscriptionReady("to-middle");
        assertThat(subscription.at("/status/physicalSubscription/subscriberUri").asText())
                .isEqualTo(middle.url());
        world.subscriptionReady("to-end");

        world.accepted(address, event("c"), "x");

        eventually(() -> assertThat(end.heard()).singleElement().satisfies(h -> {
            assertThat(h.header("ce-type")).isEqualTo("answered");
            assertThat(h.body()).isEqualTo("x>answered");
        }));
    }

    @Test
    void eachSubscriptionRetriesOnItsOwnAndHasItsOwnSinkOrThatOfItsChannel(EventWorld world) {
        var ofChannel = world.listener();
        var own = world.listener();
        var fine = world.listener();
        var flaky = world.listener().dropping(2);
        var failing = world.listener().answering(_ -> Listener.Answer.of(500));
        var badReply = world.listener().replying("r");
        world.channel("c", "delivery: {retry: 1, " + FAST + ", deadLetterSink: {uri: \"" + ofChannel.url() + "\"}}");
        assertThat(world.channelReady("c").at("/status/deadLetterSinkUri").asText())
                .isEqualTo(ofChannel.url());
        world.subscription("fine", "c", fine.url(), "");
        world.subscription("flaky", "c", flaky.url(), "delivery: {retry: 3, " + FAST + "}");
        world.subscription("failing", "c", failing.url(), "");
        world.subscription(
                "replying",
                "c",
                badReply.url(),
                "reply: {uri: \"" + failing.url() + "reply\"}\n  delivery: {retry: 1, " + FAST
                        + ", deadLetterSink: {uri: \"" + own.url() + "\"}}");
        for (var name : new String[] {"fine", "flaky", "failing", "replying"}) {
            world.subscriptionReady(name);
        }

        world.accepted(world.channelUrl("c"), event("e"), "x");

        eventually(() -> {
            assertThat(fine.taken()).hasSize(1);
            assertThat(flaky.heard()).hasSize(3);
            assertThat(flaky.taken()).hasSize(1);
            assertThat(ofChannel.taken())
                    .singleElement()
                    .satisfies(h -> assertThat(h.header("ce-knativeerrordest")).isEqualTo(failing.url()));
            assertThat(own.taken()).singleElement().satisfies(h -> {
                assertThat(h.id()).isEqualTo("e");
                assertThat(h.header("ce-knativeerrordest")).isEqualTo(failing.url() + "reply");
            });
            assertThat(badReply.heard()).hasSize(2);
        });
    }

    @Test
    void aSequenceBringsEachAnswerToTheNextStep(EventWorld world) {
        var one = world.listener().replying("s1");
        var two = world.listener().replying("s2");
        var end = world.listener();
        world.create("flows.knative.dev/v1", "Sequence", "seq", """
            spec:
              steps: [{uri: "%s"}, {uri: "%s", delivery: {retry: 2, backoffDelay: PT0.1S}}]
              reply: {uri: "%s"}
            """.formatted(one.url(), two.url(), end.url()));
        var sequence = world.ready("flows.knative.dev/v1", "Sequence", "seq");
        assertThat(sequence.at("/status/channelStatuses/1/channel/name").asText())
                .isEqualTo("seq-kn-sequence-1");
        assertThat(sequence.at("/status/subscriptionStatuses").size()).isEqualTo(2);

        world.accepted(sequence.at("/status/address/url").asText(), event("q"), "x");

        eventually(() -> assertThat(end.heard())
                .singleElement()
                .satisfies(h -> assertThat(h.body()).isEqualTo("x>s1>s2")));
    }

    @Test
    void aParallelBringsAnEventToTheBranchesWhoseFilterAnswersIt(EventWorld world) {
        var passes = world.listener().replying("passed");
        var holds = world.listener();
        var first = world.listener().replying("b0");
        var second = world.listener().replying("b1");
        var third = world.listener().replying("b2");
        var all = world.listener();
        var own = world.listener();
        world.create("flows.knative.dev/v1", "Parallel", "par", """
            spec:
              branches:
              - {filter: {uri: "%s"}, subscriber: {uri: "%s"}}
              - {filter: {uri: "%s"}, subscriber: {uri: "%s"}}
              - {subscriber: {uri: "%s"}, reply: {uri: "%s"}}
              reply: {uri: "%s"}
            """.formatted(
                        passes.url(), first.url(), holds.url(), second.url(), third.url(), own.url(), all.url()));
        var parallel = world.ready("flows.knative.dev/v1", "Parallel", "par");

        world.accepted(parallel.at("/status/address/url").asText(), event("p"), "x");

        eventually(() -> {
            assertThat(all.heard())
                    .singleElement()
                    .satisfies(h -> assertThat(h.body()).isEqualTo("x>passed>b0"));
            assertThat(own.heard())
                    .singleElement()
                    .satisfies(h -> assertThat(h.body()).isEqualTo("x>b2"));
            assertThat(holds.heard()).hasSize(1);
        });
        assertThat(second.heard()).isEmpty();
    }

    @Test
    void theDefinitionsCarryWhatKnativesToolsLookFor(EventWorld world) {
        var definition = world.platform()
                .client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(world.flavour().channels() + ".messaging.knative.dev")
                .get();
        assertThat(definition.getMetadata().getLabels())
                .containsAllEntriesOf(
                        Map.of("messaging.knative.dev/subscribable", "true", "duck.knative.dev/addressable", "true"));
        assertThat(definition.getSpec().getScope()).isEqualTo("Namespaced");
        assertThat(definition.getSpec().getNames().getCategories()).contains("all", "knative", "channel");
    }
}
