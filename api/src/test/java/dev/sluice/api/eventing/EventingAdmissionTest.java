package dev.sluice.api.eventing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.api.eventing.config.EventingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Broker and Trigger; the texts are Knative's (knative/eventing pkg/apis/eventing/v1). */
class EventingAdmissionTest {
    private static final Admitted BROKERS = Admitted.kind("eventing.knative.dev", "Broker");
    private static final Admitted TRIGGERS = Admitted.kind("eventing.knative.dev", "Trigger");
    private static final String TO = "subscriber: {ref: {apiVersion: v1, kind: Service, name: s}}";

    private static String trigger(String more) {
        return "spec: {broker: default, " + TO + ", " + more + "}";
    }

    @Test
    void aBrokerIsGivenWhatTheClusterGivesBrokers() {
        var broker = BROKERS.filled("spec: {}");
        assertThat(broker.at("/metadata/annotations/eventing.knative.dev~1broker.class")
                        .asText())
                .isEqualTo("MTChannelBasedBroker");
        assertThat(broker.at("/spec/config/name").asText()).isEqualTo("config-br-default-channel");
        assertThat(broker.at("/spec/config/namespace").asText()).isEqualTo("knative-eventing");
        assertThat(broker.at("/spec/delivery/retry").asInt()).isEqualTo(10);
        assertThat(broker.at("/spec/delivery/backoffDelay").asText()).isEqualTo("PT0.2S");
        assertThat(BROKERS.filled("spec: {delivery: {retry: 0}}")
                        .at("/spec/delivery/backoffDelay")
                        .isMissingNode())
                .isTrue();
    }

    @Test
    void namespacesAndClassesHaveDefaultsOfTheirOwn() {
        var settings = EventingSettings.upstream().with(EventingSettings.BROKERS, Map.of("default-br-config", """
            clusterDefault:
              brokerClass: MTChannelBasedBroker
              apiVersion: v1
              kind: ConfigMap
              name: cluster
              namespace: knative-eventing
              brokerClasses:
                Kafka: {apiVersion: v1, kind: ConfigMap, name: kafka, namespace: knative-eventing, delivery: {retry: 3}}
            namespaceDefaults:
              ns: {brokerClass: Kafka}
            """));
        var broker = Admitted.kind("eventing.knative.dev", "Broker", settings).filled("spec: {}");
        assertThat(broker.at("/metadata/annotations/eventing.knative.dev~1broker.class")
                        .asText())
                .isEqualTo("Kafka");
        assertThat(broker.at("/spec/config/name").asText()).isEqualTo("kafka");
        assertThat(broker.at("/spec/delivery/retry").asInt()).isEqualTo(3);
    }

    @Test
    void aBrokerKeepsItsClassAndItsConfigurationAndMayChangeItsDelivery() {
        var kafka = "metadata: {annotations: {eventing.knative.dev/broker.class: Kafka}}";
        assertThat(BROKERS.updated("spec: {}", kafka))
                .startsWith("Immutable fields changed (-old +new): annotations\n{string}:");
        assertThat(BROKERS.updated(
                        "spec: {config: {apiVersion: v1, kind: ConfigMap, name: a}}",
                        "spec: {config: {apiVersion: v1, kind: ConfigMap, name: b}}"))
                .startsWith("Immutable fields changed (-old +new): config, spec\n");
        assertThat(BROKERS.updated("spec: {}", "spec: {delivery: {retry: 1}}")).isEmpty();
        assertThat(BROKERS.created("spec: {config: {kind: ConfigMap, name: a}}"))
                .isEqualTo("missing field(s): spec.config.apiVersion");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{retry: -1} | invalid value: -1: spec.delivery.retry",
                "{backoffPolicy: quadratic} | invalid value: quadratic: spec.delivery.backoffPolicy",
                "{backoffDelay: soon} | invalid value: soon: spec.delivery.backoffDelay",
                "{timeout: PT0S} | invalid value: PT0S: spec.delivery.timeout",
                "{retryAfterMax: -PT1S} | invalid value: -PT1S: spec.delivery.retryAfterMax",
                "{format: xml} | invalid value: xml: spec.delivery.format",
                "{deadLetterSink: {}} | expected at least one, got none: spec.delivery.deadLetterSink.ref,"
                        + " spec.delivery.deadLetterSink.uri",
                "{retry: 3, backoffPolicy: linear, backoffDelay: P1DT2H, timeout: PT0.5S, retryAfterMax: PT0S} | ``"
            })
    void aDeliveryIsCheckedFieldByField(String delivery, String expected) {
        assertThat(BROKERS.created("spec: {delivery: " + delivery + "}")).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void fieldsBehindAFeatureAreRefusedWhereItIsOff() {
        var settings =
                EventingSettings.upstream().with(EventingSettings.FEATURES, Map.of("delivery-retryafter", "disabled"));
        assertThat(Admitted.kind("eventing.knative.dev", "Broker", settings)
                        .created("spec: {delivery: {retryAfterMax: PT1S}}"))
                .isEqualTo("must not set the field(s): spec.delivery.retryAfterMax");
    }

    @Test
    void saysWhichFlagsAskForWhatThereIsNot() {
        var upstream = Map.of(
                "kreference-group", "disabled",
                "delivery-timeout", "enabled",
                "new-trigger-filters", "enabled",
                "transport-encryption", "disabled",
                "default-authorization-mode", "allow-same-namespace",
                "authentication-oidc", "disabled");
        assertThat(EventingSettings.upstream()
                        .with(EventingSettings.FEATURES, upstream)
                        .unsupported())
                .isEmpty();
        assertThat(EventingSettings.upstream()
                        .with(
                                EventingSettings.FEATURES,
                                Map.of("transport-encryption", "strict", "authentication-oidc", "Enabled"))
                        .unsupported())
                .containsExactly(
                        "authentication-oidc: Enabled is not supported, disabled holds",
                        "transport-encryption: strict is not supported, disabled holds");
    }

    @Test
    void aTriggerIsGivenALabelAnEmptyFilterAndTheNamespaceOfItsReferences() {
        var filled = TRIGGERS.filled("spec: {broker: default, " + TO
                + ", delivery: {deadLetterSink: {ref: {apiVersion: v1," + " kind: Service, name: d}}}}");
        assertThat(filled.at("/metadata/labels/eventing.knative.dev~1broker").asText())
                .isEqualTo("default");
        assertThat(filled.at("/spec/filter").isObject()).isTrue();
        assertThat(filled.at("/spec/subscriber/ref/namespace").asText()).isEqualTo("ns");
        assertThat(filled.at("/spec/delivery/deadLetterSink/ref/namespace").asText())
                .isEqualTo("ns");
    }

    @Test
    void aTriggerHasABrokerAndASubscriberAndKeepsTheBroker() {
        assertThat(TRIGGERS.created("spec: {" + TO + "}")).isEqualTo("missing field(s): spec.broker");
        assertThat(TRIGGERS.created("spec: {broker: default}"))
                .isEqualTo("expected at least one, got none: spec.subscriber.ref, spec.subscriber.uri");
        assertThat(TRIGGERS.updated("spec: {broker: a, " + TO + "}", "spec: {broker: b, " + TO + "}"))
                .isEqualTo("Immutable fields changed (-old +new): broker, spec\n{string}:\n\t-: \"a\"\n\t+: \"b\"\n");
        assertThat(TRIGGERS.updated(
                        trigger("filter: {attributes: {type: a}}"), trigger("filter: {attributes: {type: b}}")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source",
                "id",
                "specversion",
                "type",
                "subject",
                "time",
                "datacontenttype",
                "dataschema",
                "aaa",
                "c1d2e3",
                "abcdefghijklmnopqrst"
            })
    void attributesMayHaveTheseNames(String name) {
        assertThat(TRIGGERS.created(trigger("filter: {attributes: {" + name + ": x}}")))
                .isEmpty();
        assertThat(TRIGGERS.created(trigger("filters: [{exact: {" + name + ": x}}]")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SOURCE",
                "Source",
                "souRce",
                "s pace s",
                "s_pace_s",
                "s-pace-s",
                "123",
                "\uD83D\uDE00",
                "!@#",
                "a.b"
            })
    void attributesMayNotHaveThese(String name) {
        assertThat(TRIGGERS.created(trigger("filter: {attributes: {\"" + name + "\": x}}")))
                .startsWith("invalid key name \"" + name + "\": spec.filter.attributes");
        assertThat(TRIGGERS.created(trigger("filters: [{prefix: {\"" + name + "\": x}}]")))
                .startsWith("invalid key name \"" + name + "\": spec.filters[0].prefix");
    }

    @Test
    void aFilterHasOneDialect() {
        assertThat(TRIGGERS.created(trigger(
                        "filters: [{any: [{exact: {type: a}}, {not: {suffix: {source: b}}}]}, {cesql: \"a = 1\"}]")))
                .isEmpty();
        assertThat(TRIGGERS.created(trigger("filters: [{exact: {type: a}, suffix: {type: b}}]")))
                .isEqualTo("multiple dialects found, filters can have only one dialect set: spec.filters[0]");
        assertThat(TRIGGERS.created(trigger("filters: [{all: [{exact: {type: a}}, {exact: {type: \"\"}}]}]")))
                .isEqualTo("invalid value: \"\": spec.filters[0].all[1].exact.type");
        assertThat(TRIGGERS.created(trigger("filters: [{cesql: \"type like\"}]")))
                .isEqualTo("invalid value: type like: spec.filters[0].cesql\nno viable alternative");
    }

    @Test
    void annotationsAreChecked() {
        assertThat(TRIGGERS.created("metadata: {annotations: {knative.dev/dependency: \"{}\"}}\n" + trigger("")))
                .contains("missing field(s): metadata.annotations[knative.dev/dependency].apiVersion");
        assertThat(TRIGGERS.created("metadata: {annotations: {eventing.knative.dev/injection: maybe}}\n" + trigger("")))
                .startsWith("The provided injection annotation value can only be \"enabled\" or \"disabled\", not"
                        + " \"maybe\"");
        assertThat(TRIGGERS.created("metadata: {annotations: {events.sluice.dev/paused: sometimes,"
                        + " events.sluice.dev/backoff-jitter: \"2\", events.sluice.dev/rate: \"0\"}}\n" + trigger("")))
                .contains("invalid value: sometimes: metadata.annotations[events.sluice.dev/paused]")
                .contains("invalid value: 2: metadata.annotations[events.sluice.dev/backoff-jitter]")
                .contains("invalid value: 0: metadata.annotations[events.sluice.dev/rate]");
        for (var order : List.of("events.sluice.dev/order", "kafka.eventing.knative.dev/delivery.order")) {
            assertThat(TRIGGERS.created("metadata: {annotations: {" + order + ": sorted}}\n" + trigger("")))
                    .contains("invalid value: sorted: metadata.annotations[" + order
                            + "]\nexpected \"ordered\" or \"unordered\"");
            assertThat(DeliveryAnnotations.ordered(Map.of(order, "ordered"))).isTrue();
        }
        assertThat(DeliveryAnnotations.ordered(Map.of(
                        "events.sluice.dev/order",
                        "unordered",
                        "kafka.eventing.knative.dev/delivery.order",
                        "ordered")))
                .isFalse();
    }

    @Test
    void anEventTypeNamesItsTypeAndDoesNotChange() {
        for (var version : List.of("v1beta1", "v1beta2")) {
            var types = Admitted.version("eventing.knative.dev", version, "EventType");
            assertThat(types.created("spec: {source: /s}")).isEqualTo("missing field(s): spec.type");
            assertThat(types.created("spec: {type: t}")).isEmpty();
            assertThat(types.updated("spec: {type: t}", "spec: {type: u}"))
                    .startsWith("Immutable fields changed (-old +new): spec\n");
            assertThat(types.filled("spec: {type: t, reference: {apiVersion: v1, kind: Service, name: s}}")
                            .at("/spec/reference/namespace")
                            .asText())
                    .isEqualTo("ns");
        }
        var listed = Admitted.version("eventing.knative.dev", "v1beta3", "EventType");
        assertThat(listed.created("spec: {attributes: [{name: type, value: t}]}"))
                .isEqualTo("missing field(s): spec.attributes.id, spec.attributes.source, spec.attributes.specversion");
        assertThat(
                        listed.created(
                                "spec: {attributes: [{name: type, value: t}, {name: source}, {name: specversion}, {name: id}]}"))
                .isEmpty();
    }

    @Test
    void aDeduplicationWindowIsAPeriodOfAWeekAtMost() {
        var key = DeliveryAnnotations.DEDUPLICATION_WINDOW;
        for (var wrong : List.of("P8D", "10m", "-PT1S")) {
            assertThat(TRIGGERS.created("metadata: {annotations: {" + key + ": " + wrong + "}}\n" + trigger("")))
                    .contains("invalid value: " + wrong + ": metadata.annotations[" + key
                            + "]\nexpected a period as of ISO 8601 up to P7D, for example PT10M");
        }
        assertThat(DeliveryAnnotations.deduplicationWindow(Map.of(key, "PT10M")))
                .isEqualTo(Duration.ofMinutes(10));
        assertThat(DeliveryAnnotations.deduplicationWindow(Map.of())).isEqualTo(Duration.ZERO);
    }
}
