package dev.sluice.api.serving;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of the objects that Sluice makes for others, at most 63 characters long (knative/pkg kmeta/names.go). */
public final class ChildNames {
    private static final int LONGEST = 63;
    private static final int HASH = 32;
    private static final int HEAD = LONGEST - HASH;

    /** The name of the Revision that one generation of a Configuration makes, when the user has given none. */
    public static String revision(String configuration, long generation) {
        return child(configuration, "-%05d".formatted(generation));
    }

    public static String deployment(String revision) {
        return child(revision, "-deployment");
    }

    /** The Kubernetes Service that selects a Revision's pods. */
    public static String privateService(String revision) {
        return child(revision, "-private");
    }

    /** The Kubernetes Service of a Route's tag. */
    public static String taggedService(String tag, String route) {
        return child(tag + "-" + route, "");
    }

    /** {@code parent + suffix}, with a hash in place of the parent's tail where that would be too long. */
    public static String child(String parent, String suffix) {
        if (parent.length() <= LONGEST - suffix.length()) {
            return parent + suffix;
        }
        if (suffix.length() < HEAD) {
            return parent.substring(0, HEAD - suffix.length()) + md5(parent) + suffix;
        }
        var name = parent.substring(0, Math.min(HEAD, parent.length())) + md5(parent + suffix);
        int room = LONGEST - name.length();
        return withoutTrailingPunctuation(name + suffix.substring(0, Math.min(room, suffix.length())));
    }

    private static String withoutTrailingPunctuation(String name) {
        int end = name.length();
        while (end > 0 && !Character.isLetterOrDigit(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(0, end);
    }

    private static String md5(String text) {
        try {
            var digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }

    private ChildNames() {}
}
