package dev.sluice.workflows;

/** How much room a text takes in a payload, without making one. */
public final class JsonBytes {
    /** With its quotes; never less than it takes. */
    public static int of(String text) {
        int bytes = 2;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20) {
                bytes += 6;
            } else if (c == '"' || c == '\\') {
                bytes += 2;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return bytes;
    }

    private JsonBytes() {}
}
