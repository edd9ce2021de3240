package dev.sluice.app.payloads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys by their ids, read from a file with a line {@code ID BASE64} for each: 32 bytes, AES-256. The first encrypts; all of them
 * decrypt, so a key is exchanged by writing the new one above the old one, and the old one goes when no history needs it any more.
 * Blank lines and those that begin with {@code #} mean nothing.
 */
public final class PayloadKeys {
    private static final int BYTES = 32;

    private final SequencedMap<String, SecretKey> byId;

    private PayloadKeys(SequencedMap<String, SecretKey> byId) {
        this.byId = byId;
    }

    /** A file of keys that cannot be used; the message names the file, the line and the reason, never a key. */
    public static final class BadKeys extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadKeys(String message) {
            super(message);
        }
    }

    public static PayloadKeys read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new BadKeys("the payload keys in " + file + " cannot be read: " + e.getMessage());
        }
    }

    static PayloadKeys parse(String text, String file) {
        var keys = new LinkedHashMap<String, SecretKey>();
        int number = 0;
        for (var line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var where = "the payload keys in " + file + ", line " + number + ": ";
            var words = line.strip().split("\\s+", -1);
            if (words.length != 2) {
                throw new BadKeys(where + "want an id and a key in base64");
            }
            if (keys.put(words[0], key(words[1], where)) != null) {
                throw new BadKeys(where + "the id " + words[0] + " stands there twice");
            }
        }
        if (keys.isEmpty()) {
            throw new BadKeys("the payload keys in " + file + ": there is none");
        }
        return new PayloadKeys(keys);
    }

    private static SecretKey key(String base64, String where) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw new BadKeys(where + "the key is not base64");
        }
        if (bytes.length != BYTES) {
            throw new BadKeys(where + "the key has " + bytes.length + " bytes, want " + BYTES);
        }
        return new SecretKeySpec(bytes, "AES");
    }

    Map.Entry<String, SecretKey> first() {
        return byId.firstEntry();
    }

    Optional<SecretKey> key(String id) {
        return Optional.ofNullable(byId.get(id));
    }
}
