package dev.sluice.api.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.KindAdmission;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are Knative's (knative/eventing 2018, pkg/apis/channels/v1alpha1). */
class ChannelsAdmissionTest {
    private static final AdmissionContext CREATE =
            new AdmissionContext("user", AdmissionContext.Operation.CREATE, false, "", Instant.EPOCH);
    private static final AdmissionContext UPDATE =
            new AdmissionContext("user", AdmissionContext.Operation.UPDATE, false, "", Instant.EPOCH);

    private static KindAdmission of(String kind) {
        return ChannelsGroup.admissions().stream()
                .filter(a -> a.resource().kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode object(String spec) {
        try {
            return (ObjectNode) new ObjectMapper().readTree("{\"spec\":" + spec.replace('\'', '"') + "}");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String created(String kind, String spec) {
        return of(kind).validate(object(spec), null, CREATE).text();
    }

    private static String updated(String kind, String before, String after) {
        return of(kind).validate(object(after), object(before), UPDATE).text();
    }

    @Test
    void aChannelNamesExactlyOneBus() {
        assertThat(created("Channel", "{'bus': 'stub'}")).isEmpty();
        assertThat(created("Channel", "{'clusterBus': 'stub', 'arguments': [{'name': 'a', 'value': 'b'}]}"))
                .isEmpty();
        assertThat(created("Channel", "{}")).isEqualTo("expected exactly one, got neither: spec.bus, spec.clusterBus");
        assertThat(created("Channel", "{'bus': 'a', 'clusterBus': 'b'}"))
                .isEqualTo("expected exactly one, got both: spec.bus, spec.clusterBus");
        assertThat(created("Channel", "{'bus': 'not a name'}"))
                .startsWith(
                        "invalid key name \"not a name\": spec.bus\nname part must consist of alphanumeric characters");
    }

    @Test
    void aChannelKeepsItsBusAndMayChangeItsArguments() {
        assertThat(updated("Channel", "{'bus': 'a'}", "{'bus': 'a', 'arguments': []}"))
                .isEmpty();
        assertThat(updated("Channel", "{'bus': 'a'}", "{'bus': 'b'}"))
                .isEqualTo(
                        "Immutable fields changed (-old +new): spec\n{v1alpha1.ChannelSpec}.Bus:\n\t-: \"a\"\n\t+: \"b\"\n");
    }

    @Test
    void aSubscriptionNeedsItsChannelAndKeepsItAndItsReplyTo() {
        assertThat(created("Subscription", "{'subscriber': 'a'}"))
                .isEqualTo("missing field(s): spec.channel\nthe Subscription must reference a Channel");
        assertThat(created("Subscription", "{'channel': 'a', 'subscriber': 'b'}"))
                .isEmpty();
        assertThat(updated(
                        "Subscription", "{'channel': 'a', 'subscriber': 'b'}", "{'channel': 'a', 'subscriber': 'c'}"))
                .isEmpty();
        assertThat(updated("Subscription", "{'channel': 'a'}", "{'channel': 'b'}"))
                .contains("SubscriptionSpec}.Channel");
        assertThat(updated("Subscription", "{'channel': 'a'}", "{'channel': 'a', 'replyTo': 'b'}"))
                .contains("ReplyTo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'retry': -1 | invalid value: -1: spec.delivery.retry",
                "'backoffPolicy': 'wild' | invalid value: wild: spec.delivery.backoffPolicy",
                "'backoffDelay': '2s' | invalid value: 2s: spec.delivery.backoffDelay",
                "'timeout': 'PT0S' | invalid value: PT0S: spec.delivery.timeout",
                "'backoffMax': '-PT1S' | invalid value: -PT1S: spec.delivery.backoffMax",
            },
            quoteCharacter = '`')
    void aDeliveryPolicyMustBeReadable(String field, String text) {
        assertThat(created("Subscription", "{'channel': 'a', 'delivery': {" + field + "}}"))
                .isEqualTo(text);
    }

    @Test
    void readsMilliseconds() {
        var policy = DeliverySpec.policy(new DeliverySpec(3, null, "linear", "PT0.25S", null));
        assertThat(policy.retry()).isEqualTo(3);
        assertThat(policy.backoff().before(7).toMillis()).isEqualTo(250);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bus", "ClusterBus"})
    void aBusHasADispatcherAndParametersThatCouldBeKeys(String kind) {
        assertThat(created(kind, "{'dispatcher': {'name': 'dispatcher', 'image': 'x'}}"))
                .isEmpty();
        assertThat(created(kind, "{}")).isEqualTo("missing field(s): spec.dispatcher");
        assertThat(created(kind, "{'dispatcher': {}, 'parameters': {'channel': [{'name': 'a'}, {'name': 'b c'}]}}"))
                .startsWith(
                        "invalid key name \"b c\": spec.parameters.channel[1].name\na valid config key must consist");
    }
}
