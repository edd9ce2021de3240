package dev.sluice.app.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Unguessable paths of repositories: whoever is told that of one repository, as its build is, cannot make up that of another. They
 * stay the same over a restart, by a key beside the repositories.
 */
final class Addresses {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int TOKEN_BYTES = 16;

    private final SecretKeySpec key;

    private Addresses(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** With the key in the folder, which is made when there is none. */
    static Addresses in(Path folder) {
        var file = folder.resolve(".key");
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                var fresh = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(fresh);
                var partial = Files.createTempFile(
                        folder,
                        ".key",
                        "",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.write(partial, fresh, StandardOpenOption.WRITE);
                Files.move(partial, file);
            }
            return new Addresses(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the key of the repositories in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Of a repository, hexadecimal. */
    String token(String namespace, String repository) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            var full = mac.doFinal((namespace + "/" + repository).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(full, TOKEN_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    boolean opens(String token, String namespace, String repository) {
        return MessageDigest.isEqual(
                token.getBytes(StandardCharsets.UTF_8),
                token(namespace, repository).getBytes(StandardCharsets.UTF_8));
    }
}
