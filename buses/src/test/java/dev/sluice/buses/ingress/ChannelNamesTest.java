package dev.sluice.buses.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.ChannelId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelNamesTest {
    private final ChannelNames names = new ChannelNames("cluster.local", "localhost");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aloha-channel.default.svc.cluster.local",
                "ALOHA-channel.default.svc.cluster.local:80",
                "aloha-channel.default.svc",
                "aloha-channel.default",
                "aloha-channel.default.localhost:8080",
                "aloha.default.channels.cluster.local"
            })
    void findsTheChannelOfAHost(String host) {
        assertThat(names.channels(host)).containsExactly(new ChannelId("default", "aloha"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aloha-channel",
                "aloha.default.svc.cluster.local",
                "-channel.default.svc",
                "localhost",
                "",
                "a-channel.b.example.com"
            })
    void findsNoneElsewhere(String host) {
        assertThat(names.channels(host)).isEmpty();
    }

    @Test
    void findsEveryHostThatItNames() {
        var channel = new ChannelId("ns", "a-channel");
        assertThat(names.hosts(channel))
                .allSatisfy(host -> assertThat(names.channels(host)).contains(channel));
    }

    @Test
    void findsAChannelOfMessagingBeforeOneOf2018ThatHasTheSameHost() {
        assertThat(names.channels("news-kn-channel.ns.svc.cluster.local"))
                .containsExactly(ChannelNames.messaging("ns", "news"), new ChannelId("ns", "news-kn"));
        assertThat(names.hosts(ChannelNames.messaging("ns", "news"))).contains("news-kn-channel.ns.localhost");
    }

    @Test
    void knowsTheHostOfAllBrokers() {
        assertThat(names.isBrokerHost("broker-ingress.knative-eventing.svc.cluster.local:80"))
                .isTrue();
        assertThat(names.isBrokerHost("broker-ingress.knative-eventing.localhost:8080"))
                .isTrue();
        assertThat(names.isBrokerHost("broker-ingress.default.svc.cluster.local"))
                .isFalse();
        assertThat(names.url(ChannelNames.broker("ns", "default")))
                .isEqualTo("http://broker-ingress.knative-eventing.svc.cluster.local/ns/default");
    }
}
