package dev.sluice.app.hook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names made of a Service's: one that is too long is cut, and its hash makes it the only one again. Pure. */
final class PushNames {
    private static final int COMMIT = 10;
    private static final int LONGEST_GROUP = 40;
    private static final int LONGEST_BUILD = 63;

    /** @param time from 1: a commit may have to be built again */
    static String build(String service, String commit, int time) {
        var end = "-push-" + commit.substring(0, COMMIT);
        var again = time == 1 ? "" : "-" + time;
        return cut(service, LONGEST_BUILD - end.length() - "-99".length()) + end + again;
    }

    /** Of those builds of which the newest replaces the others. */
    static String group(String service) {
        return cut("push-" + service, LONGEST_GROUP);
    }

    private static String cut(String name, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            var end = "-" + HexFormat.of().formatHex(hash, 0, 4);
            return name.substring(0, longest - end.length()) + end;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private PushNames() {}
}
