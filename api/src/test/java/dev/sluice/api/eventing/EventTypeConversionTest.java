package dev.sluice.api.eventing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTypeConversionTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final EventTypeConversion conversion = new EventTypeConversion();

    private static ObjectNode object(String version, String spec) throws JsonProcessingException {
        return (ObjectNode) YAML.readTree("""
                apiVersion: eventing.knative.dev/%s
                kind: EventType
                metadata: {name: e, namespace: default}
                spec: {%s}
                """.formatted(version, spec));
    }

    @Test
    void fieldsBecomeAttributes() throws JsonProcessingException {
        var listed = conversion.convert(
                object(
                        "v1beta2",
                        "type: t1, source: /s, schema: 'https://s.test', description: d,"
                                + " reference: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: b}"),
                "v1beta3");

        assertThat(listed).isEqualTo(object("v1beta3", """
                reference: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: b}, description: d, attributes: [
                {name: type, required: true, value: t1}, {name: schemadata, required: false, value: 'https://s.test'},
                {name: source, required: true, value: /s}, {name: specversion, required: true}, {name: id, required: true}]
                """));
    }

    @Test
    void attributesBecomeFields() throws JsonProcessingException {
        var named = conversion.convert(object("v1beta3", """
                attributes: [{name: type, required: true, value: t1}, {name: source, required: true, value: /s},
                {name: specversion, required: true}, {name: id, required: true}]
                """), "v1beta1");

        assertThat(named).isEqualTo(object("v1beta1", "type: t1, source: /s"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type: t1",
                "type: t1, broker: default",
                "type: t1, source: /s, schemaData: '{}', broker: b, description: d",
                "type: t1, reference: {apiVersion: v1, kind: Service, name: x, namespace: y}",
                "type: t1, broker: b, reference: {apiVersion: v1, kind: Service, name: x}"
            })
    void nothingOfAFormWithFieldsIsLost(String spec) throws JsonProcessingException {
        for (var version : new String[] {"v1beta1", "v1beta2"}) {
            var written = object(version, spec);

            assertThat(conversion.convert(conversion.convert(written, "v1beta3"), version))
                    .isEqualTo(written);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attributes: [{name: id}, {name: source, value: '/a/{b}'}, {name: type, value: t}, {name: specversion, value: '1.0'}]",
                "description: d, attributes: [{name: type, value: t}, {name: subject, required: true, value: x}]",
                "reference: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: b}, attributes: []"
            })
    void nothingOfAFormWithAListIsLost(String spec) throws JsonProcessingException {
        var written = object("v1beta3", spec);

        assertThat(conversion.convert(conversion.convert(written, "v1beta2"), "v1beta3"))
                .isEqualTo(written);
    }

    @Test
    void theNameOfABrokerBecomesAReference() throws JsonProcessingException {
        assertThat(conversion
                        .convert(object("v1beta2", "type: t, broker: b"), "v1beta3")
                        .at("/spec/reference"))
                .isEqualTo(YAML.readTree("{apiVersion: eventing.knative.dev/v1, kind: Broker, name: b}"));
    }
}
