package dev.sluice.gateway.wire;

import java.nio.charset.StandardCharsets;

/** Comparing and classifying header bytes without making strings of them. */
public final class Ascii {
    private static final boolean[] TOKEN = tokenCharacters();

    private Ascii() {}

    /** Whether the bytes equal {@code lower}, which is in lower case. */
    public static boolean equalsIgnoreCase(byte[] lower, byte[] bytes, int start, int end) {
        if (end - start != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if (lower(bytes[start + i]) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    public static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    static boolean isToken(byte b) {
        return b >= 0 && TOKEN[b];
    }

    /** Whether a byte may stand in a field value: visible, blank, tab or above ASCII. */
    static boolean isFieldValue(byte b) {
        return (b >= 0x20 && b != 0x7f) || b == '\t' || b < 0;
    }

    private static boolean[] tokenCharacters() {
        var table = new boolean[128];
        for (char c = '0'; c <= '9'; c++) {
            table[c] = true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            table[c] = true;
            table[c - 32] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            table[c] = true;
        }
        return table;
    }
}
