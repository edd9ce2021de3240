package dev.sluice.app.cli;

import java.util.List;
import java.util.Objects;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, as one sentence. */
final class Misunderstood {
    private static final int MOST = 3;

    static String message(ParameterException problem) {
        if (!(problem instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(problem.getMessage()).replace("option option", "option");
        }
        var words = unmatched.getUnmatched();
        var first = words.isEmpty() ? "" : words.getFirst();
        if (unmatched.isUnknownOption()) {
            return "there is no option " + first + meant(unmatched);
        }
        var command = problem.getCommandLine();
        if (!command.getSubcommands().isEmpty()) {
            return "there is no verb " + first + meant(unmatched);
        }
        return "too many words: " + String.join(" ", words);
    }

    private static String meant(UnmatchedArgumentException unmatched) {
        List<String> near = Objects.requireNonNullElse(unmatched.getSuggestions(), List.of());
        return near.isEmpty()
                ? ""
                : "; did you mean " + String.join(" or ", near.subList(0, Math.min(MOST, near.size()))) + "?";
    }

    private Misunderstood() {}
}
