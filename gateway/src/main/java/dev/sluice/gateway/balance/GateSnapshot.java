package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;

/**
 * What one gate looks like at a moment.
 *
 * @param all answers of pods and of the gateway itself, from the coming of their requests
 * @param ofPods from the going of their requests
 * @param waits requests that waited before they went to a pod, {@code waitedSeconds} altogether
 */
public record GateSnapshot(
        RevisionId revision,
        RevisionSettings.Owners owners,
        AnswerTotals all,
        AnswerTotals ofPods,
        long waits,
        double waitedSeconds,
        int inFlight,
        int queued,
        int openPods) {}
