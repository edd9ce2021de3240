package dev.sluice.kubedev.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The SHA-256 of some content, in hexadecimal: the only algorithm that clients use. */
record Digest(String hex) {

    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final String PREFIX = "sha256:";

    static boolean looksLikeOne(String text) {
        return text.contains(":");
    }

    static Digest parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new RegistryError(400, "DIGEST_INVALID", "not a SHA-256 digest: " + text);
        }
        return new Digest(text.substring(PREFIX.length()));
    }

    static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Digest of(byte[] content) {
        return new Digest(HexFormat.of().formatHex(algorithm().digest(content)));
    }

    static Digest finished(MessageDigest algorithm) {
        return new Digest(HexFormat.of().formatHex(algorithm.digest()));
    }

    /** Feeds what a file holds. */
    static void update(MessageDigest algorithm, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), algorithm)) {
            in.transferTo(out);
        }
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
