package dev.sluice.app.platform;

import dev.sluice.processes.Env;
import java.util.ArrayList;
import java.util.List;

/**
 * What bounds the builds of an installation.
 *
 * @param perNamespace how many may run at a time in a namespace; 0 for any number
 * @param logBytes how much is kept of the log of a step
 * @param logs of how many builds logs are kept
 */
record BuildLimits(int perNamespace, int logBytes, int logs) {
    private static final int MOST = 1 << 30;

    /** All problems are told together. */
    static BuildLimits of(Env env) {
        var problems = new ArrayList<String>();
        var limits = new BuildLimits(
                number(env, "SLUICE_BUILDS_PER_NAMESPACE", 0, 0, problems),
                number(env, "SLUICE_BUILD_LOG_BYTES", 4 * 1024 * 1024, 1024, problems),
                number(env, "SLUICE_BUILD_LOGS", 500, 1, problems));
        if (!problems.isEmpty()) {
            throw new PlatformException(String.join("; ", problems));
        }
        return limits;
    }

    private static int number(Env env, String name, int otherwise, int least, List<String> problems) {
        var text = env.value(name).orElse("");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.matches("\\d{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= MOST) {
                return (int) number;
            }
        }
        problems.add(name + " must be a number from " + least + " to " + MOST + ", not \"" + text + "\"");
        return otherwise;
    }
}
