package dev.sluice.model.dataplane;

/**
 * One second of one revision at one gateway.
 *
 * @param averageConcurrency time-weighted requests in flight or queued, over the second
 * @param requests that ended or were admitted in the second
 * @param queued requests waiting for a pod at the end of the second
 */
public record RevisionStat(
        RevisionId revision,
        double averageConcurrency,
        double requests,
        int queued,
        long failed5xx,
        double latencyMillisP95) {}
