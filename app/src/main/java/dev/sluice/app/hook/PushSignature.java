package dev.sluice.app.hook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Whether a delivery comes from somebody who has the secret: by an HMAC of the body, or by GitLab's token. In constant time. */
final class PushSignature {
    static final String GITHUB = "X-Hub-Signature-256";
    /** With the same content from Bitbucket Server; from GitHub with an SHA-1 besides the other one. */
    static final String BITBUCKET = "X-Hub-Signature";

    static final String GITLAB = "X-Gitlab-Token";

    private static final String PREFIX = "sha256=";
    private static final String ALGORITHM = "HmacSHA256";

    /** Of the two headers that may have it. */
    static Optional<String> signature(Optional<String> github, Optional<String> bitbucket) {
        return github.or(() -> bitbucket.filter(signature -> signature.startsWith(PREFIX)));
    }

    /** With no signature at all nobody is let in; with both, both must be good. */
    static boolean isGood(Optional<String> signature, Optional<String> gitlab, byte[] body, String secret) {
        if (secret.isEmpty() || (signature.isEmpty() && gitlab.isEmpty())) {
            return false;
        }
        boolean signed = signature.isEmpty() || same(signature.get(), PREFIX + hmac(body, secret));
        boolean known = gitlab.isEmpty() || same(gitlab.get(), secret);
        return signed && known;
    }

    static String hmac(byte[] body, String secret) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    private static boolean same(String given, String wanted) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8));
    }

    private PushSignature() {}
}
