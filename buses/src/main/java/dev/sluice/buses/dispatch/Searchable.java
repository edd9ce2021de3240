package dev.sluice.buses.dispatch;

import dev.sluice.workflows.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of events can be searched for in Temporal, which refuses a search attribute of more than 2,048 bytes and with it all that it would
 * be an attribute of.
 */
public final class Searchable {
    /** Of one attribute, a list in JSON. */
    static final int MOST_BYTES = 1_900;

    private static final int LONGEST = 255;

    /** As it is searched for. */
    public static String word(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST);
    }

    /** What the word of a text takes in a list. */
    static int bytes(String text) {
        return JsonBytes.of(word(text)) + 1;
    }

    /** The words of the first of them, as many as one attribute takes. */
    public static List<String> fitting(Stream<String> texts) {
        var fitting = new ArrayList<String>();
        int bytes = 1;
        for (var word : texts.map(Searchable::word).distinct().toList()) {
            bytes += bytes(word);
            if (bytes > MOST_BYTES) {
                break;
            }
            fitting.add(word);
        }
        return fitting;
    }

    private Searchable() {}
}
