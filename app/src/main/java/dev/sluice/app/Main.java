package dev.sluice.app;

import dev.sluice.app.cli.CommandLines;
import dev.sluice.app.platform.StepProgram;
import dev.sluice.app.platform.TrainingRun;
import java.util.Set;

/** The entry point of everything: the command line, the instance behind it, and the steps in build pods. */
public final class Main {
    private static final Set<String> HAVE_HOOKS = Set.of("up", "gateway", "step", "demo");

    public static void main(String[] words) {
        int code = words.length > 0 && words[0].equals("step") // before anything else is loaded: pods wait for it
                ? StepProgram.run(words)
                : CommandLines.runHere(words, System::getenv);
        TrainingRun.ending();
        if (words.length > 0 && HAVE_HOOKS.contains(words[0])) {
            System.exit(code);
        }
        Runtime.getRuntime().halt(code); // an orderly exit would load the logging first, only to log that it exits
    }

    private Main() {}
}
