package dev.sluice.app.platform;

import dev.sluice.processes.Env;
import java.util.ArrayList;
import java.util.List;

/** Reads whole numbers from the environment; all problems are told together. */
final class EnvNumbers {
    private final Env env;
    private final List<String> problems = new ArrayList<>();

    EnvNumbers(Env env) {
        this.env = env;
    }

    /** {@code otherwise} when it is not set, or not a number within the bounds, which {@link #check} tells. */
    long number(String name, long otherwise, long least, long most) {
        var text = env.value(name).orElse("");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.matches("\\d{1,18}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        problems.add(name + " must be a number from " + least + " to " + most + ", not \"" + text + "\"");
        return otherwise;
    }

    void problem(String text) {
        problems.add(text);
    }

    /** @throws PlatformException when anything was wrong */
    void check() {
        if (!problems.isEmpty()) {
            throw new PlatformException(String.join("; ", problems));
        }
    }
}
