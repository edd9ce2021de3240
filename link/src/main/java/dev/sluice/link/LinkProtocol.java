package dev.sluice.link;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The one method of the link, its messages as JSON. Both ends are of one release, so the types of the model are the schema; a
 * property that one end does not know is skipped.
 */
final class LinkProtocol {
    static final String SERVICE = "sluice.internal.v1.GatewayLink";
    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** A table of ten thousand routes has some five million bytes. */
    static final int LARGEST_MESSAGE = 64 << 20;

    private static final ObjectMapper JSON = mapper();

    static final MethodDescriptor<FromGateway, ToGateway> CONNECT =
            MethodDescriptor.<FromGateway, ToGateway>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Connect"))
                    .setRequestMarshaller(new Json<>(FromGateway.class))
                    .setResponseMarshaller(new Json<>(ToGateway.class))
                    .build();

    static String bearer(String token) {
        return "Bearer " + token;
    }

    private static ObjectMapper mapper() {
        var keys = new SimpleModule().addKeyDeserializer(RevisionId.class, new KeyDeserializer() {
            @Override
            public Object deserializeKey(String key, DeserializationContext context) {
                int slash = key.indexOf('/');
                return new RevisionId(key.substring(0, slash), key.substring(slash + 1));
            }
        });
        return JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .addModule(keys)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .addMixIn(HostRule.Target.class, Targets.class)
                .addMixIn(RevisionSettings.Probe.class, Probes.class)
                .build();
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = HostRule.Target.ToRevision.class, name = "revision"),
        @JsonSubTypes.Type(value = HostRule.Target.ToAddress.class, name = "address")
    })
    private interface Targets {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = RevisionSettings.Probe.Tcp.class, name = "tcp"),
        @JsonSubTypes.Type(value = RevisionSettings.Probe.Http.class, name = "http"),
        @JsonSubTypes.Type(value = RevisionSettings.Probe.None.class, name = "none")
    })
    private interface Probes {}

    /** Messages of one family. */
    private record Json<T>(Class<T> type) implements MethodDescriptor.Marshaller<T> {
        @Override
        public InputStream stream(T message) {
            try {
                return new ByteArrayInputStream(JSON.writerFor(type).writeValueAsBytes(message));
            } catch (IOException e) {
                throw new UncheckedIOException("writing a message of the gateway link", e);
            }
        }

        @Override
        public T parse(InputStream stream) {
            try {
                return JSON.readValue(stream, type);
            } catch (IOException e) {
                throw Status.INVALID_ARGUMENT
                        .withDescription("a message of the gateway link cannot be read: " + e.getMessage())
                        .withCause(e)
                        .asRuntimeException();
            }
        }
    }

    private LinkProtocol() {}
}
