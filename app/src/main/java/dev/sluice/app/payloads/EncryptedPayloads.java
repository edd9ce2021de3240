package dev.sluice.app.payloads;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.codec.PayloadCodecException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.NonNull;

/**
 * Every payload with AES-256-GCM: a nonce of its own, then the whole payload with its metadata, bound to the id of the key. What was
 * written before there was a key is read as it stands.
 */
public final class EncryptedPayloads implements PayloadCodec {
    private static final String ENCODING = "encoding";
    private static final ByteString ENCRYPTED = ByteString.copyFromUtf8("binary/encrypted");
    private static final String KEY_ID = "encryption-key-id";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final PayloadKeys keys;
    private final SecureRandom random = new SecureRandom();

    public EncryptedPayloads(PayloadKeys keys) {
        this.keys = keys;
    }

    @Override
    public @NonNull List<Payload> encode(@NonNull List<Payload> payloads) {
        return payloads.stream().map(this::encrypt).toList();
    }

    @Override
    public @NonNull List<Payload> decode(@NonNull List<Payload> payloads) {
        return payloads.stream().map(this::decrypt).toList();
    }

    private Payload encrypt(Payload plain) {
        var key = keys.first();
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, key.getKey(), key.getValue(), nonce)
                    .doFinal(plain.toByteArray());
            return Payload.newBuilder()
                    .putMetadata(ENCODING, ENCRYPTED)
                    .putMetadata(KEY_ID, ByteString.copyFromUtf8(key.getKey()))
                    .setData(ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed)))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new PayloadCodecException("encrypting a payload: " + e.getMessage(), e);
        }
    }

    private Payload decrypt(Payload payload) {
        if (!ENCRYPTED.equals(payload.getMetadataMap().get(ENCODING))) {
            return payload;
        }
        var id = payload.getMetadataOrDefault(KEY_ID, ByteString.EMPTY).toStringUtf8();
        var key = keys.key(id)
                .orElseThrow(() -> new PayloadCodecException(
                        "a payload was encrypted with the key " + id + ", which is not among the payload keys"));
        var data = payload.getData();
        if (data.size() < NONCE_BYTES) {
            throw new PayloadCodecException("an encrypted payload is cut off");
        }
        var nonce = data.substring(0, NONCE_BYTES).toByteArray();
        try {
            var plain = cipher(Cipher.DECRYPT_MODE, id, key, nonce)
                    .doFinal(data.substring(NONCE_BYTES).toByteArray());
            return Payload.parseFrom(plain);
        } catch (GeneralSecurityException | InvalidProtocolBufferException e) {
            throw new PayloadCodecException("decrypting a payload of the key " + id + ": " + e.getMessage(), e);
        }
    }

    private static Cipher cipher(int mode, String id, SecretKey key, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
