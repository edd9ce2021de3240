package dev.sluice.app.cli;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, as one sentence. */
final class Misunderstood {
    private static final int MOST = 3;
    private static final int MOST_EDITS = 2;

    static String message(ParameterException problem) {
        if (!(problem instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(problem.getMessage()).replace("option option", "option");
        }
        var words = unmatched.getUnmatched();
        var first = words.isEmpty() ? "" : words.getFirst();
        if (unmatched.isUnknownOption()) {
            return "there is no option " + first + meant(first, unmatched);
        }
        var command = problem.getCommandLine();
        if (!command.getSubcommands().isEmpty()) {
            return "there is no verb " + first + meant(first, unmatched);
        }
        return "too many words: " + String.join(" ", words);
    }

    private static String meant(String word, UnmatchedArgumentException unmatched) {
        var near = Objects.requireNonNullElse(unmatched.getSuggestions(), List.<String>of()).stream()
                .filter(suggestion -> isNear(bare(word), bare(suggestion)))
                .limit(MOST)
                .toList();
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /** What picocli finds similar may share no more than some letters. */
    private static boolean isNear(String word, String suggestion) {
        return !word.isEmpty() && (suggestion.startsWith(word) || edits(word, suggestion) <= MOST_EDITS);
    }

    /** Letters to add, take away or change (Levenshtein). */
    private static int edits(String from, String to) {
        var row = IntStream.rangeClosed(0, to.length()).toArray();
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    private static String bare(String word) {
        return word.replaceFirst("^-+", "").toLowerCase(Locale.ROOT);
    }

    private Misunderstood() {}
}
