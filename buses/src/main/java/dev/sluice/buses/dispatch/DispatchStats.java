package dev.sluice.buses.dispatch;

/**
 * Of one subscription since the start of this process (of all that had its name).
 *
 * @param filtered events that it did not want
 */
public record DispatchStats(
        long delivered, long failedInline, long withheld, long handedOver, boolean breakerOpen, long filtered) {}
