package dev.sluice.app.platform;

import dev.sluice.processes.Env;

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
        var numbers = new EnvNumbers(env);
        var limits = new BuildLimits(
                (int) numbers.number("SLUICE_BUILDS_PER_NAMESPACE", 0, 0, MOST),
                (int) numbers.number("SLUICE_BUILD_LOG_BYTES", 4 * 1024 * 1024, 1024, MOST),
                (int) numbers.number("SLUICE_BUILD_LOGS", 500, 1, MOST));
        numbers.check();
        return limits;
    }
}
