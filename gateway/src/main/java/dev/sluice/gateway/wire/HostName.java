package dev.sluice.gateway.wire;

import java.util.Locale;

/** The name in a {@code Host} or {@code :authority}. */
public final class HostName {
    private HostName() {}

    /** As rules name it: lower case, without port and final dot. */
    public static String of(String host) {
        var text = host.toLowerCase(Locale.ROOT);
        int colon = text.lastIndexOf(':');
        if (colon >= 0 && text.indexOf(']') < colon) {
            text = text.substring(0, colon);
        }
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
