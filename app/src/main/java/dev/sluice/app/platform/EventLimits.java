package dev.sluice.app.platform;

import dev.sluice.buses.EventsConfig;
import dev.sluice.buses.claim.ClaimLimits;
import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.processes.Env;

/**
 * What bounds events: their sizes, and how they are delivered.
 *
 * @param maxBytes of one request
 * @param claims what of them is kept beside buses and histories
 * @param retries of one subscription at the same time
 * @param recent steps of events that are remembered
 */
record EventLimits(int maxBytes, ClaimLimits claims, int retries, int recent) {
    private static final long MOST = 64L << 20;
    /** What every bus and a workflow history take. */
    private static final long MOST_INLINE = 768L << 10;

    private static final long MOST_STORED = 1L << 50;
    private static final long MOST_RETRIES = 10_000;
    private static final long MOST_RECENT = 10_000_000;

    /** All problems are told together. */
    static EventLimits of(Env env) {
        var numbers = new EnvNumbers(env);
        var defaults = ClaimLimits.DEFAULT;
        int max = (int) numbers.number("SLUICE_EVENT_MAX_BYTES", EventsConfig.MAX_EVENT_BYTES, 1024, MOST);
        int inline = (int) numbers.number("SLUICE_EVENT_INLINE_BYTES", defaults.inline(), 1024, MOST_INLINE);
        long stored = numbers.number("SLUICE_EVENT_STORE_BYTES", defaults.bytes(), 1024, MOST_STORED);
        if (stored < max) {
            numbers.problem("SLUICE_EVENT_STORE_BYTES (" + stored + ") must hold one event of SLUICE_EVENT_MAX_BYTES ("
                    + max + ") at least");
        }
        int retries = (int) numbers.number("SLUICE_EVENT_RETRIES", DispatchLimits.DEFAULT.retries(), 1, MOST_RETRIES);
        int recent = (int) numbers.number("SLUICE_EVENT_RECENT", EventsConfig.RECENT_STEPS, 0, MOST_RECENT);
        numbers.check();
        return new EventLimits(max, defaults.withInline(inline).withBytes(stored), retries, recent);
    }
}
