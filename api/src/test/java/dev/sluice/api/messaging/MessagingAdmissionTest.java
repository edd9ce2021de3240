package dev.sluice.api.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.eventing.Admitted;
import org.junit.jupiter.api.Test;

/** The texts are Knative's (knative/eventing pkg/apis/messaging/v1). */
class MessagingAdmissionTest {
    private static final String GROUP = "messaging.knative.dev";
    private static final Admitted CHANNELS = Admitted.kind(GROUP, "Channel");
    private static final Admitted IN_MEMORY = Admitted.kind(GROUP, "InMemoryChannel");
    private static final Admitted KAFKA = Admitted.kind(GROUP, "KafkaChannel");
    private static final Admitted SUBSCRIPTIONS = Admitted.kind(GROUP, "Subscription");
    private static final String CHANNEL = "channel: {apiVersion: messaging.knative.dev/v1, kind: Channel, name: c}";
    private static final String SUBSCRIBER = "subscriber: {uri: \"http://a.example/\"}";

    @Test
    void aChannelIsGivenATemplateAndKeepsIt() {
        var filled = CHANNELS.filled("spec: {}");
        assertThat(filled.at("/spec/channelTemplate/kind").asText()).isEqualTo("InMemoryChannel");
        assertThat(filled.at("/metadata/annotations/messaging.knative.dev~1subscribable")
                        .asText())
                .isEqualTo("v1");
        assertThat(CHANNELS.created("spec: {channelTemplate: {kind: InMemoryChannel}}"))
                .isEqualTo("missing field(s): spec.channelTemplate.apiVersion");
        assertThat(CHANNELS.updated(
                        "spec: {}",
                        "spec: {channelTemplate: {apiVersion: messaging.knative.dev/v1beta1, kind: KafkaChannel}}"))
                .startsWith("Immutable fields changed (-old +new): spec\n");
        assertThat(CHANNELS.created("spec: {subscribers: [{subscriberUri: \"http://a/\"}]}"))
                .isEqualTo("must not set the field(s): spec.subscribable.subscribers");
    }

    @Test
    void aSubscriberOfAChannelSendsSomewhere() {
        assertThat(IN_MEMORY.created("spec: {subscribers: [{uid: a, replyUri: \"http://a/\"}]}"))
                .isEmpty();
        assertThat(IN_MEMORY.created("spec: {subscribers: [{uid: a}]}"))
                .isEqualTo("missing field(s): spec.subscribable.subscriber[0].replyURI,"
                        + " spec.subscribable.subscriber[0].subscriberURI\nexpected at least one of, got none");
    }

    @Test
    void aKafkaChannelKeepsItsTopic() {
        var filled = KAFKA.filled("spec: {}");
        assertThat(filled.at("/spec/numPartitions").asInt()).isEqualTo(1);
        assertThat(filled.at("/spec/retentionDuration").asText()).isEqualTo("PT168H");
        assertThat(KAFKA.created("spec: {numPartitions: -2}")).isEqualTo("invalid value: -2: spec.numPartitions");
        assertThat(KAFKA.updated("spec: {numPartitions: 2}", "spec: {numPartitions: 3}"))
                .startsWith("Immutable fields changed (-old +new): numPartitions, spec\n");
    }

    @Test
    void aSubscriptionHasAChannelAndASubscriberAndKeepsTheChannel() {
        assertThat(SUBSCRIPTIONS.created("spec: {" + SUBSCRIBER + "}"))
                .isEqualTo("missing field(s): spec.channel\nthe Subscription must reference a channel");
        assertThat(SUBSCRIPTIONS.created("spec: {" + CHANNEL + "}"))
                .isEqualTo("missing field(s): spec.subscriber\nthe Subscription must reference a subscriber");
        assertThat(SUBSCRIPTIONS.created(
                        "spec: {channel: {apiVersion: v1, kind: Channel, name: c, namespace: x}, " + SUBSCRIBER + "}"))
                .isEqualTo("must not set the field(s): spec.channel.namespace\n"
                        + "only name, apiVersion and kind are supported fields");
        assertThat(SUBSCRIPTIONS.updated(
                        "spec: {" + CHANNEL + ", " + SUBSCRIBER + "}",
                        "spec: {" + CHANNEL.replace("name: c", "name: d") + ", " + SUBSCRIBER + "}"))
                .startsWith("Immutable fields changed (-old +new): spec\n");
        assertThat(SUBSCRIPTIONS.updated(
                        "spec: {" + CHANNEL + ", " + SUBSCRIBER + "}",
                        "spec: {" + CHANNEL + ", " + SUBSCRIBER
                                + ", reply: {uri: \"http://b.example\"}, delivery: {retry: 1}}"))
                .isEmpty();
    }

    @Test
    void destinationsAreChecked() {
        assertThat(SUBSCRIPTIONS.created("spec: {" + CHANNEL + ", subscriber: {uri: \"/only/a/path\"}}"))
                .isEqualTo("invalid value: Relative URI is not allowed when Ref and [apiVersion, kind, name] is absent:"
                        + " spec.subscriber.uri");
        assertThat(SUBSCRIPTIONS.created("spec: {" + CHANNEL
                        + ", subscriber: {ref: {apiVersion: v1, kind: Service, name: s}, uri: \"http://a.example\"}}"))
                .startsWith("Absolute URI is not allowed when Ref or [apiVersion, kind, name] is present");
        assertThat(SUBSCRIPTIONS.created("spec: {" + CHANNEL + ", subscriber: {ref: {kind: Service, name: s}}}"))
                .isEqualTo("missing field(s): spec.subscriber.ref.apiVersion");
        assertThat(SUBSCRIPTIONS.created("spec: {" + CHANNEL
                        + ", subscriber: {ref: {apiVersion: v1, kind: Service, name: s, namespace: other}}}"))
                .startsWith("mismatched namespaces: spec.subscriber.ref.namespace");
    }
}
