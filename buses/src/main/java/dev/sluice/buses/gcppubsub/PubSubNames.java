package dev.sluice.buses.gcppubsub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What topics, subscriptions and ordering keys are called; what is too long for Pub/Sub ends in its digest. */
final class PubSubNames {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_KEY = 1024;
    /** May stand in names of Pub/Sub and in none of Kubernetes, so that different parts never make the same name. */
    private static final String BETWEEN = "~";

    static String topic(String bus, String namespace, String channel) {
        return bounded(String.join(BETWEEN, "channel", withoutSlash(bus), namespace, channel));
    }

    static String subscription(String bus, String namespace, String name, String uid) {
        return bounded(String.join(BETWEEN, "subscription", withoutSlash(bus), namespace, name, uid));
    }

    static String orderingKey(String partitionKey) {
        return partitionKey.getBytes(StandardCharsets.UTF_8).length <= LONGEST_KEY
                ? partitionKey
                : digest(partitionKey);
    }

    private static String withoutSlash(String bus) {
        return bus.replace("/", BETWEEN);
    }

    private static String bounded(String name) {
        if (name.length() <= LONGEST_NAME) {
            return name;
        }
        var digest = digest(name);
        return name.substring(0, LONGEST_NAME - 1 - digest.length()) + BETWEEN + digest;
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private PubSubNames() {}
}
