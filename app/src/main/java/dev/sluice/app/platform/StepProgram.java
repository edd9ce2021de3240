package dev.sluice.app.platform;

import dev.sluice.builds.step.Steps;
import java.util.Arrays;

/** {@code sluice step …}: what runs in build pods. Loads nothing of the platform. */
public final class StepProgram {
    /** @return the exit code */
    public static int run(String[] words) {
        return Steps.run(Arrays.copyOfRange(words, 1, words.length), System.getenv(), System.out);
    }

    private StepProgram() {}
}
