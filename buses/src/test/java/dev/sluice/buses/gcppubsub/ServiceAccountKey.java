package dev.sluice.buses.gcppubsub;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;

/** What a Secret holds of an account that exists nowhere, and the judge of tokens that it signed. */
record ServiceAccountKey(String json, KeyPair keys) {
    private static final String BEARER = "Bearer ";

    static ServiceAccountKey make() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            var keys = generator.generateKeyPair();
            var pem = "-----BEGIN PRIVATE KEY-----\\n"
                    + Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded())
                    + "\\n-----END PRIVATE KEY-----\\n";
            var json = """
                    {"type": "service_account", "project_id": "of-the-account", "private_key_id": "k1", "private_key": "%s",
                     "client_email": "sluice@of-the-account.iam.gserviceaccount.com", "client_id": "1",
                     "token_uri": "https://nobody.invalid/token"}""".formatted(pem);
            return new ServiceAccountKey(json, keys);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the header {@code authorization} holds a token of this account. */
    boolean signed(String authorization) {
        var parts = authorization.startsWith(BEARER)
                ? authorization.substring(BEARER.length()).split("\\.", -1)
                : new String[0];
        if (parts.length != 3) {
            return false;
        }
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(keys.getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
            return claims.contains("https://www.googleapis.com/auth/pubsub")
                    && signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return false;
        }
    }
}
