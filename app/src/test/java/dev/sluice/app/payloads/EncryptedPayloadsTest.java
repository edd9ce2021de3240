package dev.sluice.app.payloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.sluice.workflows.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.failure.ApplicationFailure;
import io.temporal.payload.codec.PayloadCodecException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncryptedPayloadsTest {
    private static final String OLD = "old " + base64(1);
    private static final String NEW = "new " + base64(2);

    record Secret(String password) {}

    @Test
    void whatIsWrittenCanBeReadAndShowsNothing() {
        var converter = converter(OLD);

        var payload = converter.toPayload(new Secret("hunter2")).orElseThrow();

        assertThat(payload.toByteString().toString(java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("hunter2", "password");
        assertThat(converter.fromPayload(payload, Secret.class, Secret.class)).isEqualTo(new Secret("hunter2"));
    }

    @Test
    void whatFailedShowsNothingEither() {
        var converter = converter(OLD);

        var failure = converter.exceptionToFailure(ApplicationFailure.newFailure("no such user: alice", "Refused"));

        assertThat(failure.toByteString().toString(java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("alice");
        assertThat(converter.failureToException(failure)).hasMessageContaining("no such user: alice");
    }

    @Test
    void equalPayloadsDoNotLookEqual() {
        var converter = converter(OLD);

        assertThat(converter.toPayload("same").orElseThrow())
                .isNotEqualTo(converter.toPayload("same").orElseThrow());
    }

    @Test
    void aKeyIsExchangedByWritingTheNewOneAboveTheOldOne() {
        var before = converter(OLD).toPayload("kept").orElseThrow();
        var exchanged = converter(NEW + "\n# until the last history of it is gone\n" + OLD);

        assertThat(exchanged.fromPayload(before, String.class, String.class)).isEqualTo("kept");
        assertThat(exchanged.toPayload("x").orElseThrow().getMetadataOrThrow("encryption-key-id"))
                .isEqualTo(ByteString.copyFromUtf8("new"));
        assertThatThrownBy(() -> converter(NEW).fromPayload(before, String.class, String.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("the key old, which is not among the payload keys");
    }

    @Test
    void whatWasWrittenBeforeThereWasAKeyIsRead() {
        var plain = Payloads.converter().toPayload("early").orElseThrow();

        assertThat(converter(OLD).fromPayload(plain, String.class, String.class))
                .isEqualTo("early");
    }

    @Test
    void whatWasChangedIsRefused() {
        var codec = new EncryptedPayloads(PayloadKeys.parse(OLD, "keys"));
        var payload = codec.encode(List.of(Payload.newBuilder()
                        .setData(ByteString.copyFromUtf8("x"))
                        .build()))
                .getFirst();
        var bytes = payload.getData().toByteArray();
        bytes[bytes.length - 1] ^= 1;

        assertThatThrownBy(() -> codec.decode(List.of(
                        payload.toBuilder().setData(ByteString.copyFrom(bytes)).build())))
                .isInstanceOf(PayloadCodecException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                        | the payload keys in F: there is none
                    one                       | the payload keys in F, line 1: want an id and a key in base64
                    one two three             | the payload keys in F, line 1: want an id and a key in base64
                    one ***                   | the payload keys in F, line 1: the key is not base64
                    one c2hvcnQ=              | the payload keys in F, line 1: the key has 5 bytes, want 32
                    """)
    void aBadFileIsRefusedWithItsLine(String text, String message) {
        assertThatThrownBy(() -> PayloadKeys.parse(text, "F")).hasMessage(message);
    }

    @Test
    void anIdStandsThereOnce() {
        assertThatThrownBy(() -> PayloadKeys.parse(OLD + "\n" + OLD, "F"))
                .hasMessage("the payload keys in F, line 2: the id old stands there twice");
    }

    private static DataConverter converter(String keys) {
        return new CodecDataConverter(
                Payloads.converter(), List.of(new EncryptedPayloads(PayloadKeys.parse(keys, "F"))), true);
    }

    private static String base64(int fill) {
        var bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) fill);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
