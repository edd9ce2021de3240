package dev.sluice.buses.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.duck.SubscriberSpec;
import dev.sluice.api.messaging.KafkaChannel;
import dev.sluice.buses.address.Resolved;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackingChannelsTest {
    private static final Resolved.At SINK = new Resolved.At(URI.create("https://sink.default/"), "PEM", "audience");

    /** Written by somebody else than Sluice's own reconciler, which resolves it there. */
    @Test
    void aSubscriberWithoutADeliveryHasTheSinkThatTheChannelRefersTo() {
        var channel = new KafkaChannel();
        channel.setMetadata(
                new ObjectMetaBuilder().withName("c").withNamespace("default").build());
        var reference = Destination.of(KReference.of("v1", "Service", null, "sink"));
        var delivery = new DeliverySpec(reference, 3, null, null, null, null, null);
        var given = new BackingChannels.Given(channel, "kafka", Map.of(), List.of(), delivery, null);
        var raw = new SubscriberSpec("s", "u", 1L, "http://one/", null, null, null, null, null, null);

        var settings = BackingChannels.settings(given, SINK, raw, "u", Map.of());

        assertThat(settings.terms().deadLetterSink()).isEqualTo(SINK.uri());
        assertThat(settings.terms().trusted().deadLetterSink()).isEqualTo("PEM");
        assertThat(settings.policy().retry()).isEqualTo(3);
    }

    @Test
    void aSubscriptionHasTheSinkOfItsChannelWithItsAuthoritiesAndAudience() {
        var channel = new GenericKubernetesResource();
        channel.setAdditionalProperty(
                "status",
                Map.of(
                        "deadLetterSinkUri", "https://sink.default/",
                        "deadLetterSinkCACerts", "PEM",
                        "deadLetterSinkAudience", "audience"));

        assertThat(SubscriptionReconciler.sinkOf(channel)).contains(SINK);
    }
}
