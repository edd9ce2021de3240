package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.RevisionId;

/** One revision's totals and gauges at a moment. */
public record GateSnapshot(
        RevisionId revision, RevisionNumbers.Totals totals, int inFlight, int queued, int openPods) {}
